import assert from 'node:assert/strict';
import { createLog, type LogSettings } from '../../src/agent/open-log.js';

function capture(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'logfmt',
    secrets: () => [],
    write: (line) => lines.push(line),
    ...settings,
  });
  return { log, lines };
}

describe('createLog', () => {
  it('writes one logfmt line with message and fields', () => {
    const { log, lines } = capture();
    log.warn('collection failed', { node_id: 'n1', attempts: 3, absent: undefined });
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^time=\S+ level=warning logger=exporter msg="collection failed" node_id=n1 attempts=3\n$/u,
    );
  });

  it('writes JSON lines with the fields at the top', () => {
    const { log, lines } = capture({ format: 'json' });
    log.info('collected', { node_id: 'n1', sessions: 3 });
    const line = JSON.parse(lines[0] ?? '');
    assert.equal(line.message, 'collected');
    assert.equal(line.node_id, 'n1');
    assert.equal(line.sessions, 3);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = capture({ level: 'warn' });
    log.info('quiet');
    log.error('loud');
    assert.equal(lines.length, 1);
  });

  it('keeps a text on one line, braces and all', () => {
    const { log, lines } = capture();
    log.info('got {"a": 1}\nthen more', { message: 'x\ny \u001b[31m' });
    assert.equal(lines[0]?.split('\n').length, 2);
    assert.ok(lines[0]?.includes('{\\"a\\": 1}'));
    assert.ok(!lines[0]?.includes('\u001b'));
  });

  it('strips the secrets in force now', () => {
    let secret = 'first-secret';
    const { log, lines } = capture({ secrets: () => [secret] });
    log.error('refused first-secret', { detail: 'with first-secret inside' });
    secret = 'second-secret';
    log.error('refused second-secret');
    assert.ok(!lines.join('').includes('-secret'));
    assert.equal(lines.join('').split('<secret>').length - 1, 3);
  });

  it('leaves words alone that a secret of three characters would blank out', () => {
    const { log, lines } = capture({ secrets: () => ['got', 'GAUSS'] });
    log.error('got no answer', { where: 'gaussdb.example' });
    assert.match(lines[0] ?? '', /msg="got no answer" where=<secret>db\.example\n$/u);
  });

  it('cuts a field that is a document', () => {
    const { log, lines } = capture();
    log.info('long', { text: 'x'.repeat(1_000_000) });
    assert.ok((lines[0]?.length ?? 0) < 2_000);
  });

  it('cuts no character in half', () => {
    const { log, lines } = capture();
    log.info('long', { text: `x${'𠮷'.repeat(1_000)}` });
    assert.match(lines[0] ?? '', / text=x𠮷{999}\n$/u);
  });
});
