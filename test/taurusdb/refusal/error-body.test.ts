import assert from 'node:assert/strict';
import iconv from 'iconv-lite';
import {
  bodyFormat,
  describeErrorBody,
  type ErrorBody,
  errorBesideResult,
  errorInBody,
  errorInJson,
  isFailure,
  isOfService,
} from '../../../src/taurusdb/refusal/error-body.js';

const WHOLE = { code: 'APIGW.0301', message: 'no' };

describe('errorInJson', () => {
  const forms: Readonly<Record<string, unknown>> = {
    'the gateway and the service': { error_code: 'APIGW.0301', error_msg: 'no', request_id: 'r' },
    'camel case': { errorCode: 'APIGW.0301', errorMsg: 'no' },
    'errCode and externalMessage': { errCode: 'APIGW.0301', externalMessage: 'no' },
    'code and message': { code: 'APIGW.0301', message: 'no' },
    'code and msg': { code: 'APIGW.0301', msg: 'no' },
    error_message: { 'error-code': 'APIGW.0301', error_message: 'no' },
    capitals: { Code: 'APIGW.0301', Message: 'no', RequestId: 'r' },
    'nested, as IAM': { error: { code: 'APIGW.0301', message: 'no', title: 'Unauthorized' } },
    OpenStack: { badRequest: { code: 'APIGW.0301', message: 'no' } },
    'OpenStack, another fault': { itemNotFound: { message: 'no', code: 'APIGW.0301' } },
    'a list of errors': {
      errors: [
        { code: 'APIGW.0301', message: 'no' },
        { code: 'X.1', message: 'later' },
      ],
    },
    'a list alone': [{ code: 'APIGW.0301', message: 'no' }],
    'wrapped twice': { Response: { Error: { Code: 'APIGW.0301', Message: 'no' } } },
    OAuth: { error: 'APIGW.0301', error_description: 'no' },
    'a problem': { type: 'about:blank', code: 'APIGW.0301', title: 'Forbidden', detail: 'no', status: 403 },
    'empty and null ones before it': {
      error_code: '',
      error_msg: null,
      errCode: 'APIGW.0301',
      message: ' ',
      msg: 'no',
    },
    'a list of words': { error_code: 'APIGW.0301', message: ['no', 'nor that'] },
    'words outside and the error inside': { message: 'failed', error: { code: 'APIGW.0301', message: 'no' } },
    'a code of success outside': { code: 0, result: { error_code: 'APIGW.0301', error_msg: 'no' } },
    'the code outside and the words inside': { error_code: 'APIGW.0301', reply: { message: 'no' } },
  };
  for (const [name, json] of Object.entries(forms)) {
    it(`knows the form of ${name}`, () => {
      assert.deepEqual(errorInJson(json, []), { format: 'JSON', ...WHOLE });
    });
  }

  for (const [json, code, message] of [
    [{ error: { code: 401, message: 'no' } }, '401', 'no'],
    [{ message: 'no' }, undefined, 'no'],
    [{ error_msg: 'no' }, undefined, 'no'],
    [{ error: 'not today' }, undefined, 'not today'],
    [{ timestamp: 7, status: 404, error: 'Not Found', message: '' }, undefined, 'Not Found'],
    [{ title: 'Too fast', status: 429 }, undefined, 'Too fast'],
    ['not today', undefined, 'not today'],
    [{ error_code: 'DBS.1' }, 'DBS.1', undefined],
    [{ error_code: 'DBS.1', error_msg: { en: 'no', zh: '不' } }, 'DBS.1', 'no'],
    [{ error_code: 'DBS.1', error_msg: { 'zh-cn': '不' } }, 'DBS.1', '不'],
    [{ error_code: 'DBS.1', error_msg: { limit: '7' } }, 'DBS.1', undefined],
    [{ retCode: 'R.1', retMsg: 'no' }, 'R.1', 'no'],
    [{ code: 'SVCSTG.CCE-ADDONMGR.4000003' }, 'SVCSTG.CCE-ADDONMGR.4000003', undefined],
    [{ error_code: 'a b\n<c>', error_msg: 'no' }, 'a b <c>', 'no'],
    [{ error_code: { toString: '' }, error_msg: 'no' }, undefined, 'no'],
    [{ error_code: '参数错误', error_msg: 'no' }, '参数错误', 'no'],
  ] as const) {
    it(`reads ${JSON.stringify(json)}`, () => {
      assert.deepEqual(errorInJson(json, []), { format: 'JSON', code, message });
    });
  }

  for (const json of [
    undefined,
    null,
    7,
    '',
    [],
    [7],
    {},
    { request_id: 'r' },
    { error_code: null },
    { error: [] },
    { error: true },
    { error_code: { toString: '' } },
    { a: { b: { c: { code: 'too deep' } } } },
  ]) {
    it(`sees no error in ${JSON.stringify(json)}`, () => {
      assert.equal(errorInJson(json, []), undefined);
    });
  }

  it('looks at a bounded number of objects', () => {
    const many = Array.from({ length: 1_000 }, () => ({ id: 1 }));
    assert.equal(errorInJson({ instances: [...many, { code: 'X.1' }] }, []), undefined);
  });

  it('makes one line of a message', () => {
    const message = 'first\r\n\u001b[31msecond\u2028third\u0000\u202e';
    assert.equal(errorInJson({ error_msg: message }, [])?.message, 'first [31msecond third');
  });

  it('cuts a message to 200 characters, and a code to 80', () => {
    const { message = '', code = '' } =
      errorInJson({ error_msg: '😀'.repeat(1_000), error_code: 'x'.repeat(1_000) }, []) ?? {};
    assert.equal([...message].length, 200);
    assert.ok(message.endsWith('😀…'));
    assert.equal(code, `${'x'.repeat(79)}…`);
  });

  it('strikes out secrets, also where the cut would halve one', () => {
    const secret = 'SECRETSECRETSECRET';
    const message = `${'x'.repeat(190)}${secret}`;
    assert.equal(errorInJson({ error_msg: message }, [secret])?.message, `${'x'.repeat(190)}<secret>`);
  });

  it('strikes out a secret that control characters break up', () => {
    assert.equal(errorInJson({ error_msg: 'bad SEC\u200bRET' }, ['SECRET'])?.message, 'bad <secret>');
  });

  it('strikes out a secret that begins with another one, and knows no empty secret', () => {
    assert.equal(
      errorInJson({ error_msg: 'KEY KEYLONG' }, ['', 'KEY', 'KEYLONG'])?.message,
      '<secret> <secret>',
    );
  });

  it('strikes out a secret sent back as the code', () => {
    assert.equal(errorInJson({ error_code: 'SECRET' }, ['SECRET'])?.code, '<secret>');
  });
});

describe('errorInBody', () => {
  const read = (body: string | Buffer, type?: string, secrets: readonly string[] = []) =>
    errorInBody(Buffer.from(body), type, secrets, true);
  const JSON_TEXT = '{"error_code": "DBS.200010", "error_msg": "实例不存在"}';

  for (const [what, bytes, type] of [
    ['UTF-8', Buffer.from(JSON_TEXT), 'text/csv'],
    ['a byte-order mark', Buffer.from(`\ufeff${JSON_TEXT}`), undefined],
    ['blanks before it', Buffer.from(`\r\n  ${JSON_TEXT}\n`), 'text/html'],
    ['UTF-16', Buffer.from(`\ufeff${JSON_TEXT}`, 'utf16le'), undefined],
    ['UTF-16 without a mark', Buffer.from(JSON_TEXT, 'utf16le'), 'application/json'],
    ['UTF-16, the big end first', Buffer.from(JSON_TEXT, 'utf16le').swap16(), undefined],
    ['GBK', iconv.encode(JSON_TEXT, 'gbk'), 'application/json'],
    ['GB18030 that says so', iconv.encode(JSON_TEXT, 'gb18030'), 'application/json; charset="GB18030"'],
    [
      'Big5 that says so',
      iconv.encode(JSON_TEXT.replace('实例不', '實例不'), 'big5'),
      'text/plain;charset=big5',
    ],
    ['an encoding without a name', iconv.encode(JSON_TEXT, 'gbk'), 'text/plain;charset=nonsense'],
  ] as const) {
    it(`reads JSON in ${what}`, () => {
      const { format, code, message = '' } = errorInBody(bytes, type, [], true) ?? {};
      assert.deepEqual([format, code], ['JSON', 'DBS.200010']);
      assert.match(message, /^[实實]例不存在$/u);
    });
  }

  for (const [what, encode] of [
    ['UTF-8', (text: string) => Buffer.from(text)],
    ['UTF-8 with its mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['GB18030', (text: string) => iconv.encode(text, 'gb18030')],
  ] as const) {
    it(`reads ${what} that is cut inside any of its characters`, () => {
      const [start, end] = ['{"error_code":"DBS.200010","error_msg":"没有', '权限é𠀀限'];
      const bytes = encode(start + end);
      for (let length = encode(start).length; length < bytes.length; length += 1) {
        const {
          format,
          code,
          message = '',
        } = errorInBody(bytes.subarray(0, length), undefined, [], true) ?? {};
        assert.deepEqual([format, code], ['JSON', 'DBS.200010']);
        const words = message.replace(/…$/u, '');
        assert.ok(words.startsWith('没有') && `没有${end}`.startsWith(words), `${length}: ${message}`);
      }
    });
  }

  it('reads a page and a line that are cut inside a character', () => {
    const cut = (text: string) => Buffer.from(text).subarray(0, -1);
    assert.equal(read(cut('<html><title>网关错误</title><body>详情'))?.message, '网关错误');
    assert.equal(read(cut('服务不可用'))?.message, '服务不可');
  });

  for (const [body, format, code, message] of [
    ['<html><head><title>502 Bad Gateway</title></head>', 'HTML', undefined, '502 Bad Gateway'],
    ['<!DOCTYPE html>\n<HTML><HEAD><TITLE lang="en">\n Sign in </TITLE>', 'HTML', undefined, 'Sign in'],
    ['<html><title></title><body><h1>Blocked</h1><code>X.1</code>', 'HTML', undefined, 'Blocked'],
    [
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message><RequestId>r</RequestId></Error>',
      'XML',
      'AccessDenied',
      'no',
    ],
    [
      '<o:Error xmlns:o="u"><o:Code>A.1</o:Code><o:Message><![CDATA[no]]></o:Message></o:Error>',
      'XML',
      'A.1',
      'no',
    ],
    ['no healthy upstream\n', 'text', undefined, 'no healthy upstream'],
  ] as const) {
    it(`reads ${body.slice(0, 40)}`, () => {
      assert.deepEqual(read(body), { format, code, message });
    });
  }

  for (const body of [
    '',
    ' \n',
    '<html>Bad Gateway</html>',
    '<a/>',
    '<',
    '{"error_code": ',
    '["error_code", "error_msg"',
    '[31mred',
    'one line\nand another',
    'x'.repeat(201),
    'a\u0000b',
    Buffer.from([0x80, 0xff, 0xfe]),
  ]) {
    it(`shows nothing of ${JSON.stringify(String(body)).slice(0, 40)}`, () => {
      assert.equal(read(body), undefined);
    });
  }

  for (const [what, body, code, message] of [
    ['without its end', '{"error_code": "DBS.1"', 'DBS.1', undefined],
    ['cut in its words', '{"error_code":"TR.1","error_msg":"The quick wo', 'TR.1', 'The quick wo…'],
    ['cut in an escape', '{"code": 400, "message": "say \\"no\\" \\u00', '400', 'say "no" …'],
    ['cut in another', '{"code": "X.1", "message": "no\\', 'X.1', 'no…'],
    ['wrapped', '{"error":{"code":"E.1","message":"no"},"a":[1,', 'E.1', 'no'],
    ['with a comma too many', '{"errCode":"E.1","externalMessage":"no",}', 'E.1', 'no'],
    ['with a line break in its words', '{"code":"E.1","message":"no\nway"}', 'E.1', 'no way'],
    [
      'of which the first counts',
      '{"code":"E.1","message":"no","x":[{"code":"E.2","message":"later"}',
      'E.1',
      'no',
    ],
  ] as const) {
    it(`reads JSON ${what}`, () => {
      assert.deepEqual(read(body), { format: 'JSON', code, message });
    });
  }

  it('takes no longer for JSON that never ends', () => {
    for (const piece of ['"', '{"a":"\\', '{"a"   ', '"a":"', '"\\u']) {
      assert.equal(read(`{"code":"E.1",${piece.repeat(10_000)}`)?.code, 'E.1');
    }
  });

  it('takes words without a name for them in a refusal alone', () => {
    for (const [json, message] of [
      [{ badRequest: 'plain words' }, 'plain words'],
      [{ itemNotFound: '实例不存在', request_id: 'abc' }, '实例不存在'],
      [{ request_id: 'req-1', overLimit: ['slow down'] }, 'slow down'],
    ] as const) {
      const body = Buffer.from(JSON.stringify(json));
      assert.equal(errorInBody(body, undefined, [], true)?.message, message);
      assert.equal(errorInBody(body, undefined, [], false), undefined);
    }
    assert.equal(errorInBody(Buffer.from('plain words'), undefined, [], false), undefined);
    assert.equal(read('{"request_id": "abc", "path": "/v3/x"}'), undefined);
  });

  it('strikes out secrets in every format', () => {
    for (const body of [
      '<html><title>bad SECRETKEY7</title>',
      '<Error><Message>bad SECRETKEY7</Message></Error>',
      'bad SECRETKEY7',
      '{"error_msg":"bad SECRETKEY7",',
      '{"badRequest":"bad SECRETKEY7"}',
      '"bad SECRETKEY7"',
    ]) {
      assert.equal(read(body, undefined, ['SECRETKEY7'])?.message, 'bad <secret>');
    }
  });

  it('takes no longer for markup that never ends', () => {
    for (const piece of ['<title>', '<title ', '<a x', '<![CDATA[', '<a>]]>']) {
      assert.equal(read(piece.repeat(10_000))?.code, undefined);
    }
  });
});

describe('bodyFormat', () => {
  it('goes by the bytes', () => {
    for (const [body, format] of [
      ['{', 'JSON'],
      ['\ufeff [', 'JSON'],
      ['<html>', 'HTML'],
      ['<!doctype HTML>', 'HTML'],
      ['<a/>', 'XML'],
      ['user,host', 'text'],
    ] as const) {
      assert.equal(bodyFormat(Buffer.from(body), 'text/csv'), format);
    }
  });
});

describe('errorBesideResult', () => {
  for (const success of [
    { code: 200 },
    { code: 0 },
    { code: '200' },
    { code: '0000' },
    { code: 'OK', message: 'done' },
    { code: 'common.success' },
    { code: 'Common.Ok' },
    { retCode: 0, retMsg: 'none' },
    { code: 'CBC.0000', message: 'Success.' },
    { error_code: '0', error_msg: 'none' },
    { error_code: '' },
    { error_code: null, error_msg: null },
    { errCode: '0', externalMessage: '' },
    { error: null },
    { error: {} },
    { error: { code: 0, message: '' } },
    { errors: [] },
    { code: { a: 1 } },
    { message: 'accepted' },
    { links: { code: 'X.1', message: 'of the result' } },
  ]) {
    it(`takes ${JSON.stringify(success)} for a success`, () => {
      assert.equal(errorBesideResult({ request_id: 'r', ...success }, []), undefined);
    });
  }

  for (const [error, code] of [
    [{ error_code: 'DBS.1' }, 'DBS.1'],
    [{ code: 500, message: 'no' }, '500'],
    [{ errCode: '1' }, '1'],
    [{ code: 'no.success.yet' }, 'no.success.yet'],
    [{ code: 200, error: { code: 'X.1', message: 'no' } }, 'X.1'],
    [{ errors: [{ code: 'X.1', message: 'no' }] }, 'X.1'],
    [{ error_code: '参数错误' }, '参数错误'],
    [{ error_code: 'DBS.05000000' }, 'DBS.05000000'],
  ] as const) {
    it(`takes ${JSON.stringify(error)} for an error`, () => {
      assert.equal(errorBesideResult({ request_id: 'r', ...error }, [])?.code, code);
    });
  }
});

describe('isFailure', () => {
  const body = (code: string | undefined): ErrorBody => ({ format: 'JSON', code, message: 'no' });

  it('is what has a code of failure', () => {
    assert.equal(isFailure(undefined), false);
    assert.equal(isFailure(body(undefined)), false);
    assert.equal(isFailure(body('201')), false);
    assert.equal(isFailure(body('404')), true);
  });
});

describe('describeErrorBody', () => {
  const said = (code: string | undefined, message: string | undefined, status?: number) =>
    describeErrorBody({ format: 'JSON', code, message }, status);

  it('shows what there is', () => {
    assert.equal(said('DBS.1', 'say "no"'), ' DBS.1 "say \\"no\\""');
    assert.equal(said('DBS.1', undefined), ' DBS.1');
    assert.equal(said(undefined, 'no'), ' "no"');
    assert.equal(describeErrorBody(undefined), '');
  });

  it('puts a code in quotes that looks like none', () => {
    assert.equal(said('a b', 'no'), ' "a b" "no"');
    assert.equal(said('DBS-200', undefined), ' DBS-200');
  });

  it('does not repeat the status, nor the code as words', () => {
    assert.equal(said('400', 'no', 400), ' "no"');
    assert.equal(said('400', 'no', 403), ' 400 "no"');
    assert.equal(said('Forbidden', 'Forbidden', 403), ' Forbidden');
    assert.equal(said('401', '401 Unauthorized', 401), ' "Unauthorized"');
    assert.equal(said(undefined, 'HTTP/1.1 404 Not Found', 404), ' "Not Found"');
    assert.equal(said(undefined, 'HTTP Status 403 - Forbidden', 403), ' "Forbidden"');
    assert.equal(said('401 Unauthorized', 'unauthorized', 401), ' Unauthorized');
    assert.equal(said('HTTP_403', '403', 403), '');
    assert.equal(said('APIGW.0301', 'APIGW.0301: bad token', 401), ' APIGW.0301 "bad token"');
    assert.equal(said(undefined, 'Not Found: not found.', 404), ' "Not Found"');
    assert.equal(said(undefined, 'Unauthorized: wrong key', 401), ' "Unauthorized: wrong key"');
    assert.equal(said('401.0301', '4010 sessions', 401), ' 401.0301 "4010 sessions"');
    assert.equal(said(undefined, '404 of 500 nodes', 500), ' "404 of 500 nodes"');
  });
});

describe('isOfService', () => {
  it('knows a service by its own code', () => {
    for (const code of ['DBS.200013', 'DBS.280404', 'IAM.0004', 'NotFound', 200_013]) {
      assert.equal(isOfService(code), true, String(code));
    }
    for (const code of [undefined, '', '404', 404, 'APIGW.0101', 'APIG.0101']) {
      assert.equal(isOfService(code), false, String(code));
    }
  });
});
