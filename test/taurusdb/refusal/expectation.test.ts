// What is said to have been expected fits what was refused: no permission is named for another reason, and no address where
// the API itself has answered.
import assert from 'node:assert/strict';
import type { CallSite } from '../../../src/taurusdb/errors.js';
import type { BodyFormat } from '../../../src/taurusdb/refusal/error-body.js';
import { expectation } from '../../../src/taurusdb/refusal/expectation.js';

type Asked = CallSite['operation'] | 'projects';
type Case = readonly [
  status: number,
  code: string | undefined,
  message: string | undefined,
  format?: BodyFormat,
];

function expected(asked: Asked, [status, code, message, format = 'JSON']: Case, region?: string): string {
  const where = 'the API';
  const site: CallSite =
    asked === 'projects'
      ? { operation: 'token', ofIam: 'projects', region, where }
      : { operation: asked, region, where };
  const isEmpty = code === undefined && message === undefined && format === 'JSON';
  return expectation(site, status, isEmpty ? undefined : { format, code, message });
}

const SESSIONS = 'the permission gaussdbformysql:instance:getRealtimeSession';
const INSTANCES = 'the permission gaussdbformysql:instance:list';
const PROJECTS = 'the permission iam:projects:listProjects, or a project_id that spares the look-up';
const PERMISSION = /permission/u;

describe('expectation', () => {
  it('says that the account may have no project where one is asked for by its region', () => {
    for (const [asked, answer] of [
      ['token', [400, 'IAM.0007', 'Request parameter scope is invalid.']],
      ['token', [400, undefined, 'Can not find the project: ap-southeast-9']],
      ['token', [401, undefined, 'The project is not available']],
      ['token', [404, undefined, 'not found']],
      ['token', [400, 'IAM.0011', 'The request is invalid.']],
      ['projects', [400, undefined, 'no such project']],
      ['projects', [400, undefined, 'Words of IAM 400.']],
      ['projects', [400, undefined, undefined]],
      ['projects', [404, undefined, 'not found']],
    ] as const) {
      const says = expected(asked, answer, 'ap-southeast-9');
      assert.match(says, /the account has no project in region "ap-southeast-9"/u, says);
      assert.doesNotMatch(expected(asked, answer), /in region/u);
    }
  });

  const MISSING: readonly Case[] = [
    [403, undefined, undefined],
    [403, 'DBS.200403', undefined],
    [403, 'APIGW.0302', 'The IAM user is not authorized to access the API'],
    [403, 'APIG.0306', 'API access denied'],
    [403, 'DBS.200010', 'The DB instance ID or user ID may be null, or the operation is not authorized.'],
    [403, 'DBS.200044', '访问资源不存在,或者无访问权限。'],
    [403, '403', "Policy doesn't allow gaussdbformysql:instance:list to be performed."],
    [403, undefined, 'Policy forbids this.'],
    [403, 'IAM.0003', 'no identity-based policy allows the action, user is not authorized'],
    [403, undefined, 'Insufficient permissions in the enterprise project'],
    [403, undefined, 'Forbidden'],
    [403, 'Forbidden', 'Access denied'],
    [403, undefined, '没有操作权限'],
    [403, undefined, '鉴权失败'],
    [403, undefined, '拒绝访问'],
    [403, undefined, 'Access Denied.'],
    [403, undefined, '禁止访问'],
    [403, undefined, 'Access to this resource is forbidden'],
    [403, undefined, 'Policy does not allow this'],
    [403, undefined, 'denied by the identity policy, action obs:bucket:list'],
    [403, undefined, 'Permission denied'],
    [403, undefined, 'User has no right to it'],
    [403, undefined, '策略不允许该操作'],
    [400, undefined, 'No permission to perform gaussdbformysql:instance:getRealtimeSession'],
    [400, undefined, 'Policy does not allow this'],
    [400, undefined, '用户没有权限'],
    ...[400, 403].flatMap((status) =>
      [
        'User policy does not permit the action',
        'The user group policy denies it',
        'Policy denied',
        'denied by policy',
        'Action is not allowed by your IAM policy',
        'The request was denied by an organization policy',
        "a custom backup policy doesn't allow gaussdbformysql:instance:list",
        '身份策略拒绝',
        '被策略禁止',
        '用户组策略不允许该操作',
      ].map((words) => [status, undefined, words] as const),
    ),
  ];
  for (const one of MISSING) {
    it(`names what is missing after ${JSON.stringify(one)}`, () => {
      assert.equal(expected('submit', one), SESSIONS);
      assert.equal(expected('wait', one), SESSIONS);
      assert.equal(expected('download', one), SESSIONS);
      assert.equal(expected('list_instances', one), INSTANCES);
      assert.equal(expected('show_instance', one), INSTANCES);
      assert.equal(expected('projects', one), PROJECTS);
      assert.doesNotMatch(expected('token', one), PERMISSION);
    });
  }

  const OTHER: readonly (readonly [Case, RegExp])[] = [
    [[403, 'APIGW.0310', 'The project is unavailable'], /project_id/u],
    [[403, 'APIGW.0402', 'The IP address is not authorized to access the API'], /address that may call/u],
    [[403, 'APIG.0401', undefined], /address that may call/u],
    [[405, 'APIGW.0502', 'The app has been frozen'], /account/u],
    [[403, 'APIGW.0801', 'The service is unavailable in the currently selected region'], /region/u],
    [[403, 'APIGW.0802', 'The IAM user is forbidden in the currently selected region'], /region/u],
    [[403, 'X.1', 'The account is frozen, you have no permission'], /in arrears/u],
    [[403, undefined, 'Your account is restricted'], /in arrears/u],
    [[403, undefined, '账号已欠费'], /in arrears/u],
    [[403, undefined, '未通过实名认证'], /in arrears/u],
    [[403, undefined, 'Your IP is not on the allow list'], /address that may call/u],
    [[403, undefined, '访问控制:该地址不在白名单中'], /address that may call/u],
    [[403, undefined, 'MFA is required'], /without MFA/u],
    [[403, undefined, '请输入虚拟MFA验证码'], /without MFA/u],
    [[403, undefined, 'The password has expired'], /in force/u],
    [[403, undefined, '密码已过期'], /in force/u],
    [[403, undefined, 'Quota exceeded'], /quota/u],
    [[403, undefined, '配额不足'], /quota/u],
    [[403, undefined, 'The service is not enabled'], /region and account have/u],
    [[403, undefined, '该区域未开通此服务'], /region and account have/u],
    [[403, undefined, 'The project does not match the token'], /check project_id/u],
    [[403, undefined, '项目不存在'], /check project_id/u],
    [
      [403, 'DBS.200011', "This instance's status makes it not be allowed to do this operation now."],
      /check its status/u,
    ],
    [[403, 'DBS.200018', '实例状态不允许'], /check its status/u],
    [[403, 'X.1', 'Come back on Tuesday'], /the words of the answer/u],
    ...[
      'This operation is not allowed during the backup.',
      'Operation denied: the task is being executed.',
      'Concurrent tasks not allowed',
      'Request too frequent, denied',
      'The number of requests is not allowed to exceed 10',
      'Invalid request: forbidden parameter in filter',
      'Request forbidden because a backup policy is being changed',
      'The slow log policy has been denied twice its size',
      'A session limit forbids this now',
      '会话数超出限制，禁止访问',
      '备份策略正在修改，拒绝执行',
    ].map((words) => [[403, undefined, words], /the words of the answer/u] as const),
    [[403, undefined, 'blocked by the security policy of the firewall'], /a proxy or a firewall/u],
    [[403, undefined, 'The WAF denied it'], /a proxy or a firewall/u],
    [[403, undefined, 'This API is only available to whitelisted users'], /region and account have/u],
    [[403, undefined, 'In open beta: apply to be added to the allowlist'], /region and account have/u],
    [[403, undefined, '公测中，请申请加入白名单'], /region and account have/u],
    [[403, undefined, 'The source address is on a block-list'], /address that may call/u],
    [[403, undefined, 'The database engine does not support the permission to kill'], /the words of/u],
    [[400, undefined, 'The account is in arrears'], /good standing/u],
    [[400, undefined, '账户已冻结'], /good standing/u],
    [[400, undefined, 'Project not found'], /check project_id/u],
    [[400, undefined, '项目不存在'], /check project_id/u],
    [[400, undefined, 'The parameter project is odd'], /^200$/u],
    [[400, undefined, 'Operation not allowed while a policy is applied'], /^200$/u],
    ...[
      'The backup policy is not allowed to be modified',
      "The retention policy doesn't allow 0 days",
      'The slow log policy allows at most 10',
      'The password policy does not allow this value',
      'The security policies deny it',
      'The audit-log policy forbids this',
      'The auto-scaling policy does not permit it',
      'The parameter group policy denies it',
      'The flow control policy forbids this',
      'No backup policy allows this',
      'The policy does not allow this value',
      'Denied by the backup policy',
      'Not allowed by the retention policy',
      'The policy does not allow 0 days',
      'The policy is not allowed to be modified',
      '备份策略不允许修改',
      '密码策略禁止该值',
      '日志保留策略不允许0天',
    ].flatMap(
      (words) =>
        [
          [[400, undefined, words], /^200$/u],
          [[403, undefined, words], /the words of the answer/u],
        ] as const,
    ),
    ...[
      'access key is disabled',
      'access key disabled',
      'AK is disabled',
      'AK HST3ABC has been disabled',
      'The access key (AK) is inactive',
      'The user is disabled',
      'User "bob" has been deactivated',
      'Disabled user',
      'token is disabled',
      'The token has been revoked',
      '访问密钥已停用',
      '用户已被禁用',
      'AK已停用',
    ].map((words) => [[403, undefined, words], /^a user and a credential in force/u] as const),
    ...['The project is disabled', 'The project of the user is disabled', '用户项目已停用', '租户已停用'].map(
      (words) => [[403, undefined, words], /check project_id/u] as const,
    ),
    ...[
      'The feature is disabled',
      'The function is disabled for this user',
      '该功能已禁用',
      '该功能对用户已停用',
    ].map((words) => [[403, undefined, words], /the words of the answer/u] as const),
    [[401, undefined, 'The account is in arrears'], /good standing/u],
    [[403, undefined, '403 Forbidden', 'HTML'], /a proxy or a firewall/u],
    [[403, undefined, 'RBAC: access denied', 'text'], /a proxy or a firewall/u],
    [[403, 'AccessDenied', 'no', 'XML'], /a proxy or a firewall/u],
    [[401, undefined, '401 Authorization Required', 'HTML'], /a proxy or a firewall/u],
    [[401, 'APIGW.0301', 'Incorrect IAM authentication information'], /an accepted credential/u],
    [[401, undefined, 'Unauthorized', 'text'], /an accepted credential/u],
    [[407, undefined, undefined], /api\.proxy_url/u],
    [[429, 'APIGW.0308', 'over ratelimit'], /room in the request quota/u],
    [[400, 'DBS.200001', 'Parameter error'], /^200$/u],
    [[502, undefined, '502 Bad Gateway', 'HTML'], /^200$/u],
    [[500, 'DBS.05000000', 'Server failure'], /^200$/u],
  ];
  for (const [one, hint] of OTHER) {
    it(`names no permission after ${JSON.stringify(one)}`, () => {
      for (const asked of [
        'submit',
        'wait',
        'download',
        'list_instances',
        'show_instance',
        'projects',
      ] as const) {
        const said = expected(asked, one);
        assert.match(said, hint);
        assert.doesNotMatch(said, PERMISSION);
      }
    });
  }

  it('tells a password from a user, a project and an address', () => {
    for (const [one, hint] of [
      [[401, '401', 'The username or password is wrong.'], /auth\.password\.domain.*MFA/u],
      [[401, undefined, undefined], /auth\.password\.domain.*MFA/u],
      [[401, undefined, '用户名或密码错误'], /auth\.password\.domain.*MFA/u],
      [[401, undefined, 'Virtual MFA is required'], /without MFA/u],
      [[403, undefined, '该用户已开启登录保护'], /without MFA/u],
      [[401, undefined, 'Your password has expired, please change it'], /password in force/u],
      [[403, undefined, '首次登录请修改密码'], /password in force/u],
      [[401, undefined, 'The user is disabled'], /who is enabled/u],
      [[401, undefined, '用户已停用'], /who is enabled/u],
      [[401, undefined, 'The account is locked. Try again 15 minutes later.'], /not locked/u],
      [[401, undefined, '账号已锁定'], /not locked/u],
      [[401, undefined, 'ACL: the IP address may not sign in'], /address that may call/u],
      [
        [
          401,
          undefined,
          'The username or password is wrong. You have 4 attempts left before your account is locked.',
        ],
        /auth\.password\.domain.*MFA/u,
      ],
      [[401, undefined, '用户名或密码错误，再错3次账号将被锁定'], /auth\.password\.domain.*MFA/u],
      [[401, undefined, 'Invalid user name or password, the account will be locked'], /domain.*MFA/u],
      [
        [401, undefined, 'Incorrect username or password. Reset your password if you forgot it.'],
        /auth\.password\.domain.*MFA/u,
      ],
      [[401, undefined, 'Your password expires in 3 days; wrong password'], /domain.*MFA/u],
      [[401, undefined, 'The account is locked after wrong passwords'], /not locked/u],
      [[403, undefined, 'Programmatic access is disabled for the user'], /check in IAM the access type/u],
      [[401, undefined, '该用户的访问方式不支持编程访问'], /check in IAM the access type/u],
      [
        [403, undefined, 'access type of user does not allow programmatic access'],
        /check in IAM the access type/u,
      ],
      [[404, undefined, 'Could not find domain'], /auth\.password\.domain and user/u],
      [[403, undefined, 'domain d not found'], /auth\.password\.domain and user/u],
      [[404, undefined, 'Could not find user u'], /auth\.password\.domain and user/u],
      [[401, undefined, '账号不存在'], /auth\.password\.domain and user/u],
      [[400, 'IAM.0011', 'The account is in arrears'], /good standing/u],
      ...[
        'account is in arrears',
        'The account is frozen',
        'Account suspended',
        'The user is suspended',
        'The project is frozen',
        'real-name authentication is required',
        '账号已欠费，已冻结',
        '未实名认证',
        '余额不足',
      ].flatMap((words) =>
        [401, 403].map((status) => [[status, String(status), words], /good standing/u] as const),
      ),
      [[401, undefined, 'Wrong password; the account will be frozen'], /auth\.password\.domain.*MFA/u],
      [[401, undefined, 'Account access is restricted to allowed IP addresses'], /address that may call/u],
      [[403, undefined, undefined], /access type/u],
      [[403, 'IAM.0002', 'You are not authorized'], /access type/u],
      [[400, 'IAM.0007', 'Request parameter scope is invalid.'], /check project_id and region/u],
      [[400, 'IAM.0011', 'Request body is invalid'], /auth\.password, project_id and region/u],
      [[401, '401', 'Could not find project: x'], /check project_id and region/u],
      [[404, 'IAM.0004', 'Could not find x'], /check project_id and region/u],
      [[404, '404', '未找到相应的项目'], /check project_id and region/u],
    ] as const) {
      const said = expected('token', one);
      assert.match(said, hint, JSON.stringify(one));
      assert.doesNotMatch(said, /iam_endpoint|permission/u);
    }
  });

  it('tells what is gone from an address that leads elsewhere', () => {
    for (const [asked, one, hint] of [
      ['submit', [404, 'DBS.200002', 'The DB instance does not exist.'], /the node: is it gone/u],
      ['submit', [400, 'DBS.280404', 'Invalid DB instance ID.'], /the node: is it gone/u],
      ['submit', [404, undefined, undefined], /the node: is it gone/u],
      ['wait', [404, '404', 'task not found'], /the node and the task/u],
      ['show_instance', [404, 'DBS.200002', '实例不存在'], /the instance: is it gone/u],
      ['list_instances', [404, undefined, undefined], /the project: check endpoint/u],
      ['submit', [404, 'APIGW.0101', 'The API does not exist'], /check endpoint and region/u],
      ['wait', [404, 'APIG.0101', undefined], /check endpoint and region/u],
      ['download', [404, 'APIGW.0103', 'The backend does not exist'], /check endpoint and region/u],
      ['submit', [404, undefined, '404 Not Found', 'HTML'], /a proxy or a firewall answer\? check endpoint/u],
      ['submit', [404, undefined, 'default backend - 404', 'text'], /firewall answer\? check endpoint/u],
      ['token', [404, 'APIGW.0101', 'The API does not exist'], /check iam_endpoint and region/u],
      ['token', [404, undefined, undefined], /IAM: check iam_endpoint/u],
      ['token', [404, undefined, '404 page not found', 'text'], /firewall answer\? check iam_endpoint/u],
      ['projects', [404, undefined, undefined], /IAM: check iam_endpoint$/u],
      ['projects', [404, undefined, 'not found'], /IAM: check iam_endpoint$/u],
    ] as const) {
      assert.match(expected(asked, one), hint, JSON.stringify(one));
    }
  });
});
