import assert from 'node:assert/strict';
import { describeErrorBody, parseErrorBody } from '../../src/taurusdb/errors.js';

describe('parseErrorBody', () => {
  const shapes: Record<string, unknown> = {
    'the gateway and the service': { error_code: 'APIGW.0301', error_msg: 'no', request_id: 'r' },
    'camel case': { errorCode: 'APIGW.0301', errorMsg: 'no' },
    'code and message': { code: 'APIGW.0301', message: 'no' },
    'nested, as IAM': { error: { code: 'APIGW.0301', message: 'no', title: 'Unauthorized' } },
  };
  for (const [name, json] of Object.entries(shapes)) {
    it(`knows the shape of ${name}`, () => {
      assert.deepEqual(parseErrorBody(json, []), { code: 'APIGW.0301', message: 'no' });
    });
  }

  it('takes a number for a code', () => {
    assert.equal(parseErrorBody({ error: { code: 401, message: 'no' } }, [])?.code, '401');
  });

  for (const json of [
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { request_id: 'r' },
    { error_code: null },
    { error: [] },
    { error_code: { toString: '' } },
  ]) {
    it(`sees no error in ${JSON.stringify(json)}`, () => {
      assert.equal(parseErrorBody(json, []), undefined);
    });
  }

  it('drops a code that is none', () => {
    assert.deepEqual(parseErrorBody({ error_code: 'a b\n<c>', error_msg: 'no' }, []), {
      code: undefined,
      message: 'no',
    });
  });

  it('drops a code that is no text at all', () => {
    const json = { error_code: { toString: '' }, error_msg: 'no' };
    assert.deepEqual(parseErrorBody(json, []), { code: undefined, message: 'no' });
  });

  it('makes one line of a message', () => {
    const message = 'first\r\n\u001b[31msecond\u2028third\u0000\u202e';
    assert.equal(parseErrorBody({ error_msg: message }, [])?.message, 'first [31msecond third');
  });

  it('cuts a message to 200 characters', () => {
    const message = parseErrorBody({ error_msg: '😀'.repeat(1_000) }, [])?.message ?? '';
    assert.equal([...message].length, 200);
    assert.ok(message.endsWith('😀…'));
  });

  it('strikes out secrets, also where the cut would halve one', () => {
    const secret = 'SECRETSECRETSECRET';
    const message = `${'x'.repeat(190)}${secret}`;
    assert.equal(parseErrorBody({ error_msg: message }, [secret])?.message, `${'x'.repeat(190)}<secret>`);
  });

  it('strikes out a secret that control characters break up', () => {
    assert.equal(parseErrorBody({ error_msg: 'bad SEC\u200bRET' }, ['SECRET'])?.message, 'bad <secret>');
  });

  it('strikes out a secret that begins with another one, and knows no empty secret', () => {
    assert.equal(
      parseErrorBody({ error_msg: 'KEY KEYLONG' }, ['', 'KEY', 'KEYLONG'])?.message,
      '<secret> <secret>',
    );
  });

  it('strikes out a secret sent back as the code', () => {
    assert.equal(parseErrorBody({ error_code: 'SECRET' }, ['SECRET'])?.code, '<secret>');
  });
});

describe('describeErrorBody', () => {
  it('shows what there is', () => {
    assert.equal(describeErrorBody({ code: 'DBS.1', message: 'say "no"' }), ' DBS.1 "say \\"no\\""');
    assert.equal(describeErrorBody({ code: 'DBS.1', message: undefined }), ' DBS.1');
    assert.equal(describeErrorBody({ code: undefined, message: 'no' }), ' "no"');
    assert.equal(describeErrorBody(undefined), '');
  });
});
