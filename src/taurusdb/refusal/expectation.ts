// What was expected where an answer refuses, which is also what to look at: by status, code and what was asked for. Codes are
// those of the API gateway (API Request Signing Guide, page api-sign-errorcode) and of the database services' references. Words
// decide only where no code does, in both languages that the API speaks; what they do not tell is not guessed.
import type { ApiOperation } from '../../model/api-observer.js';
import type { CallSite } from '../errors.js';
import type { BodyFormat, ErrorBody } from './error-body.js';

/** As the operations, but that IAM is asked for two things. */
type Asked = ApiOperation | NonNullable<CallSite['ofIam']>;

interface Facts {
  /** What whoever asks must be allowed. A password's token takes no permission. */
  readonly allowed: string;
  /** What a 404 says is not there. */
  readonly sought: string;
  /** The key of the configuration that says where it is asked. */
  readonly address: string;
}

const OF_SESSIONS = {
  allowed: 'the permission gaussdbformysql:instance:getRealtimeSession',
  sought: 'the node and the task: is the node gone?',
  address: 'endpoint',
};
const OF_INSTANCES = { allowed: 'the permission gaussdbformysql:instance:list', address: 'endpoint' };
const OF_IAM = { sought: 'IAM: check iam_endpoint', address: 'iam_endpoint' };

const FACTS: Readonly<Record<Asked, Facts>> = {
  submit: { ...OF_SESSIONS, sought: 'the node: is it gone?' },
  wait: OF_SESSIONS,
  download: OF_SESSIONS,
  list_instances: { ...OF_INSTANCES, sought: 'the project: check endpoint, region and project_id' },
  show_instance: { ...OF_INSTANCES, sought: 'the instance: is it gone?' },
  token: {
    ...OF_IAM,
    allowed:
      'a user who may sign in through the API: check in IAM the access type and the access control of the user in auth.password',
  },
  projects: {
    ...OF_IAM,
    allowed: 'the permission iam:projects:listProjects, or a project_id that spares the look-up',
  },
};

/** What is given must hold, all of it. */
interface Row {
  readonly statuses?: readonly number[];
  readonly asked?: Asked;
  readonly formats?: readonly BodyFormat[];
  readonly code?: RegExp;
  readonly words?: RegExp;
  readonly expected: string | ((facts: Facts, region: string | undefined) => string);
}

const MFA = /\bmfa\b|multi-?factor|verification code|passcode|login protect|验证码|多因素|登录保护/iu;
/** A list that something must stand on may be one of users or projects, too. */
const ADDRESS =
  /\bips?\b|\bacls?\b|access control|访问控制|\baddress(?:es)?\b.*(?:white|black|allow|block|deny) ?-?list|(?:white|black|allow|block|deny) ?-?list.*\baddress|地址.*[黑白]名单|[黑白]名单.*地址/iu;
/** Not where that is said to come, after more attempts. */
const LOCKED =
  /^(?!.*(?:before|\bwill\b|attempts? (?:left|remain)|tries|将|会被|剩余|还有).{0,60}(?:lock|锁)).*(?:\blocked\b|锁定)/isu;
const WRONG_PASSWORD =
  /(?:wrong|incorrect|invalid|bad) (?:(?:the|account|domain|login|user ?name|user|name|or|and|\/) ?,? ?){0,6}password|password\b.{0,20}(?:wrong|incorrect|invalid|not correct|mismatch|not match)|密码.{0,6}(?:错误|不正确|有误|不匹配)/iu;
const ACCESS_TYPE = /programmatic|access (?:type|mode)|编程访问|访问(?:方式|模式|类型)/iu;
const UNKNOWN_USER =
  /(?:could|can) ?not find (?:the )?(?:domain|account|user)|(?:no such|unknown|invalid) (?:domain|account|user)|\b(?:domain|account|user)\b.{0,60}(?:not found|not exist|n't exist)|(?:账号|帐号|用户|域).{0,20}(?:不存在|未找到|找不到)|(?:未找到|找不到).{0,10}(?:账号|帐号|用户|域)/iu;
const ARREARS =
  /arrear|overdue|(?:account|domain|customer|project).{0,40}(?:frozen|restrict|suspend)|real-?\s?name|欠费|冻结|实名/iu;
/**
 * A policy of permissions, not one of backups, passwords or logs: without a kind, or with one of these. What it forbids is an
 * action, no number.
 */
const POLICY = String.raw`(?:(?<=^|[^\w\s-]\s*|\b(?:the|an?|any|no|your|this|that|its?|by|of|in|iam|identity|based|users?(?: groups?)?|permissions?|access|authori[sz]ation|rbac|(?:service|access) control|scp|agency|role|custom|system|system-defined|resource|organi[sz]ation|session|explicit|attached)[ -]+)polic(?:y|ies)\b)`;
const POLICY_FORBIDS = String.raw`${POLICY}.{0,20}?(?:(?:not|n't) (?:allow|permit)\b|(?:den(?:y|ies)|forbids?|disallows?)\b)(?! (?:(?:an?|any|the|this|that|such) )?(?:values?|number|length|size|more|less|over|under|\d+)\b)|${POLICY} denied|\bno (?:[\w-]+ ){0,3}?${POLICY} (?:allow|permit|grant)s?\b|(?:denied|forbidden|disallowed|blocked|rejected|not (?:allowed|permitted)) by (?:[\w-]+ ){0,3}?${POLICY}`;
const POLICY_FORBIDS_ZH = String.raw`(?:(?<!\p{Script=Han}\s*)|(?<=权限|授权|鉴权|身份|访问|(?:服务|访问)控制|用户组?的?|账号的?|组织|自定义|系统|[该此被由因]))策略(?:不允许|不许可|拒绝|禁止)(?!.{0,6}(?:\d|值))`;
/** Clear words, which mean it under any status; something is forbidden for many reasons. */
const NO_PERMISSION = new RegExp(
  String.raw`\bno permission|permissions? (?:is |was )?(?:denied|required|missing)|(?:not have|lacks?|insufficient|missing|without|requires?) (?:the |any |enough |sufficient |required |necessary )*permission|not authori[sz]ed|${POLICY_FORBIDS}|polic(?:y|ies)\b.{0,20}(?:not|n't) (?:allow|permit) \w+:\w+:\w+|\bdeny in\b|没有.{0,8}权限|无.{0,4}权限|权限不足|缺少.{0,8}权限|未授权|${POLICY_FORBIDS_ZH}`,
  'iu',
);
const NO_PROJECT_WORDS =
  /\bprojects?\b.{0,40}(?:not found|not exist|n't exist|disabled|not match)|(?:could|can) ?not find (?:the )?project|no such project|项目.{0,10}(?:不存在|未找到|停用|禁用)/iu;

const FROZEN = /frozen|freez|suspend|\bbalance\b|受限|余额|逾期/iu;
const EXPIRED = /expire|password(?! polic)|过期|失效|密码(?!策略)/iu;
/** Of users and credentials; what else is disabled for them may be a project or a function. */
const DISABLED =
  /(?<!\b(?:of|for) (?:\w+ )?)\b(?:access ?keys?|aks?|sks?|tokens?|credentials?|users?|accounts?|agency|agencies)\b(?!-)(?: \(\w+\))?(?: (?!projects?\b|has\b|not\b)\S+)??(?: (?:is|was|are|has been|have been|account|id|already|currently|now))*,? (?:disabled|deactivated|inactive|revoked|not (?:active|enabled)\b(?! for))|\b(?:disabled|deactivated|inactive|revoked) (?:iam )?(?:access key|ak|token|credential|user|account)\b|(?<!对|对该|为)(?:密钥|\baks?|令牌|token|凭证|凭据|用户|账号|帐号|账户|委托)(?:(?!项目|租户|实例|功能).){0,12}(?:停用|禁用|吊销)/iu;

const IN_FRONT = ({ address }: Facts): string =>
  `an answer of the API: does a proxy or a firewall answer? check ${address}`;
const ALLOWED = ({ allowed }: Facts): string => allowed;
const SOUGHT = ({ sought }: Facts): string => sought;
const NO_ADDRESS = 'an address that may call the API: check its access control, and api.proxy_url';
const PASSWORD =
  'an accepted password: check auth.password.domain (the account), user and password; for a user with MFA use another user, or an access key';
const GOOD_STANDING =
  'an account in good standing: check in the console whether it is frozen, in arrears or without real-name authentication';
const IN_FORCE = 'a user and a credential in force: check both in IAM';
const PROJECT = 'a project of this account and region, enabled: check project_id and region';
const NO_PROJECT = (_: Facts, region: string | undefined): string =>
  `a project that the user may use: ${region === undefined ? 'check project_id and region' : noProject(region)}`;

/** IAM makes a region's project when its account first opens that region in the console. */
export function noProject(region: string): string {
  return `the account has no project in region ${JSON.stringify(region)}, or the credential may not use it: check region, or set project_id`;
}

/** The first that holds counts. */
const ROWS: readonly Row[] = [
  { statuses: [407], expected: "the proxy's user and password: check api.proxy_url" },
  // The API itself writes JSON.
  { statuses: [401, 403, 404], formats: ['HTML', 'XML'], expected: IN_FRONT },
  { statuses: [403, 404], formats: ['text'], expected: IN_FRONT },

  {
    code: /^APIGW?\.0310$/u,
    expected: 'a project that is available: check project_id, and in the console whether it is disabled',
  },
  { code: /^APIGW?\.040[124]$/u, expected: NO_ADDRESS },
  { code: /^APIGW?\.050[12]$/u, expected: 'an account with quota and funds: check it in the console' },
  {
    code: /^APIGW?\.080[12]$/u,
    expected: 'a service and a user that this region knows: check region and endpoint',
  },
  {
    statuses: [404],
    code: /^APIGW?\./u,
    expected: ({ address }) => `an API that the gateway knows: check ${address} and region`,
  },
  { code: /^DBS\.(?:200002|200013|200045|280404)$/u, expected: SOUGHT },

  {
    asked: 'token',
    statuses: [400, 401, 403],
    words: MFA,
    expected: 'a user who signs in without MFA: use another user in auth.password, or an access key',
  },
  {
    asked: 'token',
    statuses: [400, 401, 403],
    words: LOCKED,
    expected: 'an account that is not locked: wait 15 minutes, and check auth.password',
  },
  { asked: 'token', statuses: [400, 401, 403], words: WRONG_PASSWORD, expected: PASSWORD },
  { asked: 'token', statuses: [400, 401, 403], words: ACCESS_TYPE, expected: ALLOWED },
  {
    asked: 'token',
    statuses: [400, 401, 403],
    words:
      /password.{0,60}(?:expire|change|reset|modif)|(?:expire|change|reset|modif).{0,60}password|密码.{0,20}(?:过期|修改|重置|失效)|(?:修改|重置).{0,20}密码/iu,
    expected: 'a password in force: let the user change it, then change auth.password',
  },
  {
    asked: 'token',
    statuses: [400, 401, 403],
    words: /user.{0,60}(?:disabled|not enabled)|(?:用户|账号).{0,20}(?:停用|禁用|未启用)/iu,
    expected: 'a user who is enabled: check in IAM the user of auth.password',
  },
  { asked: 'token', statuses: [401], words: ADDRESS, expected: NO_ADDRESS },
  { statuses: [400, 401, 403], words: ARREARS, expected: GOOD_STANDING },
  { asked: 'token', statuses: [401], words: FROZEN, expected: GOOD_STANDING },
  { asked: 'token', statuses: [400, 401, 404], words: /\bproject|\bscope\b|项目/iu, expected: NO_PROJECT },
  {
    asked: 'token',
    statuses: [400, 401, 403, 404],
    words: UNKNOWN_USER,
    expected: 'an account and a user that IAM knows: check auth.password.domain and user',
  },
  { asked: 'token', statuses: [401], expected: PASSWORD },
  { statuses: [400], words: NO_PERMISSION, expected: ALLOWED },
  { asked: 'projects', statuses: [400, 404], words: NO_PROJECT_WORDS, expected: NO_PROJECT },
  { statuses: [400], words: NO_PROJECT_WORDS, expected: PROJECT },
  {
    asked: 'token',
    statuses: [400],
    expected: (_, region) =>
      `a user and a project that IAM knows: check auth.password${region === undefined ? ', project_id and region' : `, and whether ${noProject(region)}`}`,
  },
  { asked: 'token', statuses: [404], formats: ['JSON'], expected: NO_PROJECT },
  // The name of the region is all that is asked with.
  {
    asked: 'projects',
    statuses: [400],
    expected: (_, region) =>
      region === undefined ? '200' : `a region that IAM knows: check whether ${noProject(region)}`,
  },
  {
    asked: 'projects',
    statuses: [404],
    formats: ['JSON'],
    expected: ({ sought }, region) =>
      `${sought}${region === undefined ? '' : `, and whether ${noProject(region)}`}`,
  },

  { statuses: [401], expected: 'an accepted credential: check it, and that its project is of this region' },

  // For a user without permission, and for what is not the tenant's own.
  { statuses: [403], code: /^APIGW?\.030[246]$|^DBS\.2000(?:10|44)$/u, expected: ALLOWED },
  { statuses: [403], words: FROZEN, expected: GOOD_STANDING },
  { statuses: [403], words: /firewall|\bwaf\b|防火墙/iu, expected: IN_FRONT },
  { statuses: [403], words: ADDRESS, expected: NO_ADDRESS },
  { statuses: [403], words: MFA, expected: 'a user without MFA: use another user, or an access key' },
  { statuses: [403], words: EXPIRED, expected: IN_FORCE },
  { statuses: [403], words: DISABLED, expected: IN_FORCE },
  {
    statuses: [403],
    words: /quota|配额/iu,
    expected: "room in the account's quota: check it in the console",
  },
  { statuses: [403], words: NO_PERMISSION, expected: ALLOWED },
  {
    statuses: [403],
    words:
      /^(?!.*(?:not support|不支持)).*(?:permission|privilege|unauthori[sz]ed|权限|授权|鉴权|越权|\b(?:no|not have(?: the)?) (?:access|authority|rights?)\b|无权)/isu,
    expected: ALLOWED,
  },
  {
    statuses: [403],
    words:
      /\bregions?\b|subscri|not (?:yet )?(?:been )?(?:enabled|opened|activated|supported|purchased)|(?:white|allow) ?-?list|\bbeta\b|白名单|公测|区域|未开通|未订购|未启用|不支持/iu,
    expected:
      'a service that region and account have: check region and endpoint, and TaurusDB in the console',
  },
  {
    statuses: [403],
    words: /\bprojects?\b|\btenants?\b|项目|租户/iu,
    expected: PROJECT,
  },
  {
    statuses: [403],
    words: /\binstances?\b|\bnodes?\b|\bstat(?:e|us)\b|实例|节点|状态/iu,
    expected: 'an instance that can be asked: check its status in the console',
  },
  {
    statuses: [403],
    words:
      /^(?:(?:403:? )?(?:(?:(?:api |your )?(?:access|request)(?: to (?:this|the)(?: requested)? resource)? (?:is |was |has been )?)?(?:forbidden|denied)|access (?:is )?not allowed)|(?:禁止|拒绝)访问|访问(?:被)?(?:禁止|拒绝))?[.!。！]?$/iu,
    expected: ALLOWED,
  },
  { statuses: [403], expected: 'access to be allowed: the words of the answer say what is missing' },

  { statuses: [429], expected: 'room in the request quota' },
  { statuses: [404], expected: SOUGHT },
];

/** Of a status of failure. */
export function expectation(
  { operation, ofIam, region }: CallSite,
  status: number,
  body: ErrorBody | undefined,
): string {
  const asked: Asked = ofIam ?? operation;
  const { expected = '200' } = rowOf(asked, status, body) ?? {};
  return typeof expected === 'string' ? expected : expected(FACTS[asked], region);
}

/**
 * Whether the API itself says that what was asked for is not there, and not the project of it: no gateway that knows no such
 * path, no proxy. Those write JSON with a status, too, but no code of the database services.
 */
export function saysNotThere(
  { operation, ofIam }: CallSite,
  status: number,
  body: ErrorBody | undefined,
): boolean {
  const { format, code = '', message = '' } = body ?? {};
  return (
    [400, 404].includes(status) &&
    format === 'JSON' &&
    /^DBS\.(?!200011$)\d+$/u.test(code) &&
    !NO_PROJECT_WORDS.test(message) &&
    rowOf(ofIam ?? operation, status, body)?.expected === SOUGHT
  );
}

function rowOf(asked: Asked, status: number, body: ErrorBody | undefined): Row | undefined {
  return ROWS.find((row) => holds(row, asked, status, body));
}

function holds(row: Row, asked: Asked, status: number, body: ErrorBody | undefined): boolean {
  const { code = '', message = '', format } = body ?? {};
  return (
    (row.statuses?.includes(status) ?? true) &&
    (row.asked === undefined || row.asked === asked) &&
    (row.formats === undefined || (format !== undefined && row.formats.includes(format))) &&
    (row.code?.test(code) ?? true) &&
    (row.words?.test(message) ?? true)
  );
}
