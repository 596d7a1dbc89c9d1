// What words of people mean here: places for regions and time zones, what others call roles, filters and languages.

/** By the word in small letters without blanks, `-` and `_`; a `Map`, as a word may be the name of an object's member. */
type Words = ReadonlyMap<string, string>;

/** As the console names the regions whose address is known; only those whose name means one. */
export const REGION_OF_PLACE: Words = wordsFor({
  'ap-southeast-1': ['hong kong', 'cn-hong kong', 'hk', '香港', '中国香港'],
  'ap-southeast-2': ['bangkok', 'ap-bangkok', 'thailand', '曼谷'],
  'ap-southeast-3': ['singapore', 'ap-singapore', 'sg', '新加坡'],
  'ap-southeast-4': ['jakarta', 'ap-jakarta', 'indonesia', '雅加达'],
  'af-south-1': ['johannesburg', 'af-johannesburg', 'south africa', '约翰内斯堡'],
  'cn-north-4': ['beijing4', 'cn north-beijing4', '华北-北京四', '北京四'],
  'cn-north-9': ['ulanqab1', 'cn north-ulanqab1', '华北-乌兰察布一'],
  'cn-east-3': ['shanghai1', 'cn east-shanghai1', '华东-上海一', '上海一'],
  'cn-south-1': ['guangzhou', 'cn south-guangzhou', '华南-广州', '广州'],
  'cn-southwest-2': ['guiyang1', 'cn southwest-guiyang1', '西南-贵阳一', '贵阳一'],
  'la-north-2': ['mexico city2', 'la-mexico city2', '墨西哥城二'],
  'me-east-1': ['riyadh', 'me-riyadh', '利雅得'],
  'sa-brazil-1': ['sao paulo', 'são paulo', 'sao paulo1', 'la-sao paulo1', 'brazil', '圣保罗一'],
  'tr-west-1': ['istanbul', 'tr-istanbul', 'turkey', '伊斯坦布尔'],
});

/** Of cities that the database of time zones does not name. */
export const ZONE_OF_CITY: Words = wordsFor({
  'Asia/Shanghai': [
    'beijing',
    'peking',
    'guangzhou',
    'shenzhen',
    'hangzhou',
    'chengdu',
    'china',
    '北京',
    '上海',
    '中国',
  ],
  'Asia/Singapore': ['新加坡'],
  'Asia/Hong_Kong': ['香港'],
  'Asia/Kolkata': ['mumbai', 'delhi', 'new delhi', 'bangalore', 'india'],
  'America/Sao_Paulo': ['brasilia', 'rio de janeiro'],
  'America/Los_Angeles': ['san francisco', 'seattle'],
});

/** What roles, filters and languages are called elsewhere; a word may mean one option of a key and another one of the next. */
const WORDS_OF_OPTION: Readonly<Record<string, readonly string[]>> = {
  master: ['primary', 'writer', 'main', 'source', 'read-write', '主', '主节点'],
  slave: ['replica', 'read replica', 'secondary', 'standby', 'reader', 'read-only', '只读', '备', '只读节点'],
  both: ['all', 'any'],
  total: ['all', 'any', 'everything', 'none', '全部'],
  'en-us': ['en', 'english', 'en-gb'],
  'zh-cn': ['zh', 'cn', 'chinese', '中文'],
};

/** As two spellings of one word have it. */
export function squeezed(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s_-]/gu, '')
    .toLowerCase();
}

export function optionOfWord<Option extends string>(
  text: string,
  options: readonly Option[],
): Option | undefined {
  const word = squeezed(text);
  const isMeant = (option: Option) =>
    Object.hasOwn(WORDS_OF_OPTION, option) &&
    WORDS_OF_OPTION[option]?.some((other) => squeezed(other) === word);
  return options.find((option) => squeezed(option) === word) ?? options.find(isMeant);
}

function wordsFor(words: Readonly<Record<string, readonly string[]>>): Words {
  return new Map(Object.entries(words).flatMap(([meant, all]) => all.map((word) => [squeezed(word), meant])));
}
