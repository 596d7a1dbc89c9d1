// What the API, the gateway in front of it, IAM or a proxy says when it refuses: code and words, in whatever form, made fit for
// a log line. The forms are two tables of names; where in the body a name stands, and what the body calls itself, does not matter.
import { isObject, type JsonObject } from '../../json.js';
import { redact } from '../../redact.js';
import { bodyText } from './body-text.js';

const MAX_MESSAGE_LENGTH = 200;
const MAX_CODE_LENGTH = 80;
/** What follows is neither looked at nor shown. */
const MAX_TEXT_READ = 64 * 1024;
/** `{"error": {"badRequest": {…}}}`: nobody wraps more often. */
const MAX_DEPTH = 2;
const MAX_OBJECTS = 50;

/** In lower case, without what joins words: `errorcode` is `error_code`, `errorCode` and `ErrorCode`. The first that is there counts. */
const CODE_NAMES = ['errorcode', 'errcode', 'code', 'faultcode', 'retcode'];
const MESSAGE_NAMES = [
  'errormsg',
  'errormessage',
  'errmsg',
  'errmessage',
  'externalmessage',
  'errordescription',
  'message',
  'msg',
  'retmsg',
  'failreason',
  'faultstring',
  'detail',
  'details',
  'description',
  'reason',
  'title',
  'error',
];
/** What people see of a page. */
const PAGE_NAMES = ['title', 'h1'];
/** `{"error": "invalid_client"}` (RFC 6749): a code where it is one word. */
const CODE_OR_MESSAGE = 'error';
/** Beside a result only these may hold an error: anything else there is the result's own. */
const ERROR_NAMES = ['error', 'errors'];

/** What a code says that calls no error: none, zero, a status of success, a word for it. `CBC.0000` is documented as one. */
const SUCCESS = /^(?:(?:\w+\.)?0+|2\d\d|none|null|(?:\w+\.){0,3}(?:ok|success(?:ful)?|succeeded))$/iu;
/** As documented, like `DBS.200001`, `APIGW.0301` or `SVCSTG.CCE-ADDONMGR.4000003`. Anything else is shown in quotes. */
const PLAIN_CODE = /^\w[\w.:/-]*$/u;

export type BodyFormat = 'JSON' | 'HTML' | 'XML' | 'text';

export interface ErrorBody {
  /** What the body is, whatever its Content-Type says. */
  readonly format: BodyFormat;
  /** One line of at most 80 characters; undefined where there is none. */
  readonly code: string | undefined;
  /** One line of at most 200 characters; undefined where there is none. */
  readonly message: string | undefined;
}

interface Said {
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/**
 * Undefined where it says nothing of an error. `secrets` are struck out, should the server echo them. Words without a name
 * that tells what they are count in a refusal alone: elsewhere they may be what was asked for.
 */
export function errorInBody(
  bytes: Uint8Array,
  contentType: string | undefined,
  secrets: readonly string[],
  isRefusal: boolean,
): ErrorBody | undefined {
  const text = bodyText(bytes, contentType).trim();
  const format = textFormat(text);
  if (format === 'text' && !isRefusal) {
    return undefined;
  }
  const json = format === 'JSON' ? readJson(text) : undefined;
  const error = shown(format, format === 'JSON' ? saidAnywhere(json) : saidIn[format](text), secrets);
  return error ?? (isRefusal ? shown(format, saidUnnamed(json), secrets) : undefined);
}

/** As errorInBody has it, of JSON that was read already. */
export function errorInJson(json: unknown, secrets: readonly string[]): ErrorBody | undefined {
  return shown('JSON', saidAnywhere(json), secrets);
}

/** Of an object that holds a result: an error where it has a code that says so. */
export function errorBesideResult(json: JsonObject, secrets: readonly string[]): ErrorBody | undefined {
  const marked = Object.entries(json).flatMap(([name, value]) =>
    ERROR_NAMES.includes(fold(name)) ? [value] : [],
  );
  const error = shown('JSON', whole([json, ...marked.flat().filter(isObject)].map(saidBy)), secrets);
  return isFailure(error) ? error : undefined;
}

export function isFailure(error: ErrorBody | undefined): error is ErrorBody {
  return error?.code !== undefined && !SUCCESS.test(error.code);
}

/** Whether the code is one of the gateway's, which speaks where no service does. */
export function isOfGateway(code: string | number | undefined): boolean {
  return /^APIGW?\./u.test(String(code));
}

/** Whether a service speaks: by a code of its own, no status written as one. */
export function isOfService(code: string | number | undefined = ''): boolean {
  return code !== '' && !isOfGateway(code) && !/^\d{3}$/u.test(String(code));
}

/**
 * ` CODE "message"`, or nothing: the server's part of an error's message, without what stands before it already: the status,
 * alone or with its words (`401 Unauthorized`), the code at the beginning of the message, words that come twice.
 */
export function describeErrorBody(body: ErrorBody | undefined, status?: number): string {
  const { code = '', message = '' } = body ?? {};
  const ownCode = withoutStatus(code, status);
  const words = withoutRepeats(withoutCode(withoutStatus(message, status), ownCode));
  const shownCode = PLAIN_CODE.test(ownCode) || ownCode === '' ? ownCode : JSON.stringify(ownCode);
  const isCode = words.toLowerCase() === ownCode.toLowerCase();
  return [shownCode, words === '' || isCode ? '' : JSON.stringify(words)]
    .map((part) => (part === '' ? '' : ` ${part}`))
    .join('');
}

/** `401`, `HTTP 401`, `HTTP/1.1 401 Unauthorized: …`. A message that is only the status and its words keeps the words. */
function withoutStatus(text: string, status: number | undefined): string {
  if (status === undefined) {
    return text;
  }
  const written = new RegExp(
    String.raw`^(?:http(?:/\d(?:\.\d)?)?[ _-]?(?:status|error|code)?[ :_-]*|(?:status|error)(?: code)?[ :=]+)?${status}(?!\w|\.\d)[\s:,;.|-]*`,
    'iu',
  );
  return text.replace(written, '');
}

function withoutCode(message: string, code: string): string {
  const rest = message.slice(code.length);
  const isRepeated = code !== '' && message.startsWith(code) && /^[\s:,;|-]+\S/u.test(rest);
  return isRepeated ? rest.replace(/^[\s:,;|-]+/u, '') : message;
}

/** `Not Found: Not Found` */
function withoutRepeats(message: string): string {
  const [, first = '', second = ''] = /^(.{2,}?)[:,;.-]+\s+(.+)$/u.exec(message) ?? [];
  return first !== '' && first.toLowerCase() === second.replace(/\.$/u, '').toLowerCase() ? first : message;
}

export function bodyFormat(bytes: Uint8Array, contentType: string | undefined): BodyFormat {
  return textFormat(bodyText(bytes, contentType).trim());
}

function textFormat(text: string): BodyFormat {
  if (/^[[{"]/u.test(text)) {
    return 'JSON';
  }
  if (!text.startsWith('<')) {
    return 'text';
  }
  return /<(?:!doctype html|html|head|title|body)\b/iu.test(text.slice(0, 2_000)) ? 'HTML' : 'XML';
}

/** Of what is cut off, or broken in another way, the pairs that can be read. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const pairs = [...text.slice(0, MAX_TEXT_READ).matchAll(JSON_PAIR)].map(
      ([, name = '', string, end = '', number]) =>
        [name, number ?? readString(string ?? '', end === '')] as const,
    );
    // Of several with one name the first counts.
    return Object.fromEntries(pairs.reverse());
  }
}

const JSON_PAIR = /"([^"\\]{1,40})"\s{0,20}:\s{0,20}(?:"([^"\\]*(?:\\.[^"\\]*)*)("?)|(-?\d{1,20}))/gsu;

function readString(written: string, isCut: boolean): string {
  const whole = written.replace(/\p{Cc}/gu, ' ').replace(/\\u[\da-f]{0,3}$/iu, '');
  try {
    return `${JSON.parse(`"${whole}"`)}${isCut ? '…' : ''}`;
  } catch {
    return '';
  }
}

const saidIn: Readonly<Record<Exclude<BodyFormat, 'JSON'>, (text: string) => Said>> = {
  HTML: (text) => {
    const leaves = leavesOf(text);
    return { code: undefined, message: PAGE_NAMES.map((name) => leaves.get(name)).find(Boolean) };
  },
  XML: (text) => saidBy(Object.fromEntries(leavesOf(text))),
  text: (text) => ({ code: undefined, message: isOneLine(text) ? text : undefined }),
};

/** `{"badRequest": "words"}`: of the outermost object the first text of several words. */
function saidUnnamed(json: unknown): Said {
  const texts = isObject(json) ? Object.values(json).map(textOf) : [];
  return { code: undefined, message: texts.find((text) => /\p{L}\s+\p{L}|\p{Script=Han}/u.test(text ?? '')) };
}

/** A gateway's line, like "no healthy upstream". Of anything longer nobody knows what it may hold. */
function isOneLine(text: string): boolean {
  return text.length <= MAX_MESSAGE_LENGTH && !/[\p{Cc}\p{Cn}\p{Zl}\p{Zp}\uFFFD]/u.test(text);
}

/** The elements that hold text alone, by their names in lower case; of several with one name the first. */
function leavesOf(markup: string): Map<string, string> {
  const leaves = markup
    .slice(0, MAX_TEXT_READ)
    .matchAll(/<(?:\w+:)?(\w+)(?:\s[^<>]*)?>(?:<!\[CDATA\[)?([^<]+?)(?:\]\]>)?<\//gu);
  return new Map([...leaves].reverse().map(([, name = '', text = '']) => [name.toLowerCase(), text.trim()]));
}

/** Of all that stands in it, the outermost first: an error may be wrapped, under any name. */
function saidAnywhere(json: unknown): Said {
  if (typeof json === 'string') {
    return { code: undefined, message: textOf(json) };
  }
  const objects: JsonObject[] = [];
  let level: readonly unknown[] = [json];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    const ofLevel = level.flat().filter(isObject).slice(0, MAX_OBJECTS);
    objects.push(...ofLevel);
    level = ofLevel.flatMap((object) => Object.values(object));
  }
  return whole(objects.map(saidBy));
}

/** Code and words that stand together; where none do, the first of each. */
function whole(said: readonly Said[]): Said {
  const together = said.find(({ code, message }) => code !== undefined && message !== undefined);
  const first = <Part extends keyof Said>(part: Part) => said.find((one) => one[part] !== undefined)?.[part];
  return together ?? { code: first('code'), message: first('message') };
}

function saidBy(object: JsonObject): Said {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(object)) {
    const text = textOf(value);
    const folded = fold(name);
    if (text !== undefined && !texts.has(folded)) {
      texts.set(folded, text);
    }
  }
  const first = (names: readonly string[]) =>
    names.map((name) => texts.get(name)).find((text) => text !== undefined);
  const either = texts.get(CODE_OR_MESSAGE) ?? '';
  return {
    code: first(CODE_NAMES) ?? (PLAIN_CODE.test(either) ? either : undefined),
    // A number is a code.
    message: first(MESSAGE_NAMES.filter((name) => Number.isNaN(Number(texts.get(name))))),
  };
}

function fold(name: string): string {
  return name.replace(/[-_.\s]/gu, '').toLowerCase();
}

/** Not `String(value)` of anything: an object may have a toString that is none. */
function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : isObject(value) ? inFirstLanguage(value) : value;
  const text = typeof one === 'number' ? String(one) : one;
  return typeof text === 'string' && text.trim() !== '' ? text : undefined;
}

/** `{"en": "words", "zh-cn": "…"}` */
function inFirstLanguage(texts: JsonObject): unknown {
  const isByLanguage = Object.keys(texts).every((name) => /^[a-z]{2}(?:[-_][a-z]{2,4})?$/iu.test(name));
  return isByLanguage ? Object.values(texts)[0] : undefined;
}

function shown(
  format: BodyFormat,
  { code, message }: Said,
  secrets: readonly string[],
): ErrorBody | undefined {
  const body = {
    format,
    code: code === undefined ? undefined : oneLine(code, secrets, MAX_CODE_LENGTH),
    message: message === undefined ? undefined : oneLine(message, secrets, MAX_MESSAGE_LENGTH),
  };
  return body.code === undefined && body.message === undefined ? undefined : body;
}

/** What a server wrote, as it may be shown; undefined where nothing is left. */
export function oneLine(text: string, secrets: readonly string[], maxLength: number): string | undefined {
  const seen = text
    .slice(0, MAX_TEXT_READ)
    .replace(/[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  // Secrets go once it reads as it will be shown, and before it is cut: of a cut one a piece may be too short to be known.
  const clean = redact(seen, secrets).trim();
  const characters = [...clean];
  const cut = characters.length <= maxLength ? clean : `${characters.slice(0, maxLength - 1).join('')}…`;
  return cut === '' ? undefined : cut;
}
