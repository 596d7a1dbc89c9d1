import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createLog, type LogSettings } from '../../src/agent/open-log.js';
import { LINE_KEYS, LOG_FIELDS, type LogField, type LogFields } from '../../src/log.js';
import { hasControls } from '../../src/visible-text.js';
import { FakeClock } from '../support/fake-clock.js';
import { readLogfmt } from '../support/read-logfmt.js';

const FORMATS = ['logfmt', 'json'] as const;

function capture(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'logfmt',
    secrets: () => [],
    clock: new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 5, 6)),
    write: (line) => lines.push(line),
    ...settings,
  });
  return { log, lines };
}

describe('createLog', () => {
  it('has the same names, words and values in both formats', () => {
    const inLogfmt = capture();
    const inJson = capture({ format: 'json' });
    for (const { log } of [inLogfmt, inJson]) {
      log.warn('collection failed', { error: 'got "no"', sessions: undefined, attempts: 3, node_id: 'n1' });
    }
    assert.deepEqual(inLogfmt.lines, [
      'time=2026-01-02T03:04:05.006Z level=warn msg="collection failed" node_id=n1 error="got \\"no\\"" attempts=3\n',
    ]);
    assert.deepEqual(inJson.lines, [
      '{"time":"2026-01-02T03:04:05.006Z","level":"warn","msg":"collection failed","node_id":"n1","error":"got \\"no\\"","attempts":3}\n',
    ]);
  });

  it('calls the levels as Prometheus does', () => {
    const { log, lines } = capture({ level: 'debug', format: 'json' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      log[level]('now');
    }
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).level),
      ['debug', 'info', 'warn', 'error'],
    );
  });

  it('takes no field of another name', () => {
    const { log, lines } = capture();
    // @ts-expect-error: the name is node_id
    log.info('misnamed', { nodeId: 'n1' });
    // @ts-expect-error: stands in each line already
    log.info('taken', { level: 'n1' });
    // @ts-expect-error: a number
    log.info('of another type', { status: '401' });
    // What a spread object has besides is no field.
    const wider = { node_id: 'n1', msg: 'forged', nodeName: 'n' };
    log.info('wider', { ...wider });
    assert.match(lines.at(-1) ?? '', / msg=wider node_id=n1\n$/u);
    for (const name of Object.keys(LOG_FIELDS)) {
      assert.match(name, /^[a-z]+(?:_[a-z]+)*$/u);
      assert.ok(!Object.hasOwn(LINE_KEYS, name));
    }
  });

  it('takes no message with a part that varies', () => {
    const { log } = capture();
    const file = String('a.yaml');
    // @ts-expect-error: belongs into a field
    log.info(file);
    // @ts-expect-error: belongs into a field
    log.info(`file ${file} changed`);
    const what: 'file' | 'folder' = 'file';
    log.info(`${what} changed` as const, { file });
  });

  it('writes any texts and numbers as one line that reads back as they are', () => {
    const names = Object.keys(LOG_FIELDS) as LogField[];
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(
          '"',
          '\\',
          '=',
          ' ',
          '{',
          '}',
          '\n',
          '\u2028',
          '\u202e',
          '\ufffd',
          'a',
          '\ud800',
        ),
      }),
    );
    const fields = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(text, fc.double(), fc.integer()),
    ) as fc.Arbitrary<LogFields>;
    fc.assert(
      fc.property(fc.constantFrom(...FORMATS), text, fields, (format, message, given) => {
        const { log, lines } = capture({ format });
        // As a constant: this one stands for any.
        log.info(message as 'any', given);
        const [line = '', ...others] = lines;
        assert.deepEqual(others, []);
        assert.ok(line.endsWith('\n') && !hasControls(line) && !line.slice(0, -1).includes('\n'));
        const read = format === 'json' ? JSON.parse(line) : readLogfmt(line);
        const shown = Object.entries(given).filter(
          ([, value]) => typeof value === 'string' || Number.isFinite(value),
        );
        const expected = {
          time: '2026-01-02T03:04:05.006Z',
          level: 'info',
          msg: message,
          ...Object.fromEntries(shown),
        };
        const asText = (values: object) =>
          Object.fromEntries(Object.entries(values).map(([key, value]) => [key, plain(value, format)]));
        assert.deepEqual({ ...read }, asText(expected));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = capture({ level: 'warn' });
    log.info('quiet');
    log.error('loud');
    assert.equal(lines.length, 1);
  });

  it('keeps a text on one line, braces and all', () => {
    const { log, lines } = capture();
    log.info('got {"a": 1}\nthen more', { error: 'x\ny \u001b[31m' });
    assert.equal(lines[0]?.split('\n').length, 2);
    assert.ok(lines[0]?.includes('{\\"a\\": 1}'));
    assert.ok(!lines[0]?.includes('\u001b'));
  });

  it('strips the secrets in force now', () => {
    let secret = 'first-secret';
    const { log, lines } = capture({ secrets: () => [secret] });
    log.error('refused first-secret', { error: 'with first-secret inside' });
    secret = 'second-secret';
    log.error('refused second-secret');
    assert.ok(!lines.join('').includes('-secret'));
    assert.equal(lines.join('').split('<secret>').length - 1, 3);
  });

  it('leaves words alone that a secret of three characters would blank out', () => {
    const { log, lines } = capture({ secrets: () => ['got', 'GAUSS'] });
    log.error('got no answer', { server: 'gaussdb.example' });
    assert.match(lines[0] ?? '', /msg="got no answer" server=<secret>db\.example\n$/u);
  });

  it('cuts a field that is a document', () => {
    const { log, lines } = capture();
    log.info('long', { error: 'x'.repeat(1_000_000) });
    assert.ok((lines[0]?.length ?? 0) < 2_000);
  });

  it('cuts no character in half', () => {
    const { log, lines } = capture();
    log.info('long', { error: `x${'𠮷'.repeat(1_000)}` });
    assert.match(lines[0] ?? '', / error=x𠮷{999}\n$/u);
  });
});

/** Logfmt has texts alone; -0 is 0. */
function plain(value: unknown, format: (typeof FORMATS)[number]): unknown {
  const number = typeof value === 'number' ? value + 0 : value;
  return format === 'logfmt' ? String(number) : number;
}
