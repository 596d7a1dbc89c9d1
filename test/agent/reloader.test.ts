import assert from 'node:assert/strict';
import { Reloader } from '../../src/agent/reloader.js';
import type { Config } from '../../src/config/config-schema.js';
import { ConfigFolder } from '../config/config-folder.js';
import { projectAnd } from '../config/sample-config.js';
import { settle } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';

describe('Reloader', () => {
  const folder = new ConfigFolder();
  const { config: current } = folder.load(projectAnd());
  after(() => folder.remove());

  /** What it called, in order. */
  let calls: string[];
  let log: RecordedLog;

  function reloader(
    changes: { load?: () => Partial<Config>; apply?: () => void; warnings?: readonly string[] } = {},
  ): Reloader {
    const { load = () => ({}), apply = () => {}, warnings = [] } = changes;
    return new Reloader({
      current,
      log,
      load: () => {
        calls.push('load');
        return { config: { ...current, ...load() }, warnings };
      },
      apply: () => {
        calls.push('apply');
        apply();
      },
      done: (success) => calls.push(`done ${success}`),
    });
  }

  beforeEach(() => {
    calls = [];
    log = new RecordedLog();
  });

  it('loads, applies and tells, with the warnings of the file', async () => {
    await reloader({ warnings: ['sk_file: readable by others'] }).reload();
    assert.deepEqual(calls, ['load', 'apply', 'done true']);
    assert.deepEqual(log.lines, [
      'warn configuration: may be otherwise than it was meant warning=sk_file: readable by others',
      'info configuration reloaded projects=1',
    ]);
  });

  it('loads once for a hundred who ask at once, and tells all of them', async () => {
    const all = reloader();
    await Promise.all(Array.from({ length: 100 }, () => all.reload()));
    assert.deepEqual(calls, ['load', 'apply', 'done true']);
  });

  it('loads again for who asks after it has begun: the file may have changed since', async () => {
    let again: Promise<void> | undefined;
    const one: Reloader = reloader({
      load: () => {
        again ??= one.reload();
        return {};
      },
    });
    await one.reload();
    await again;
    assert.equal(calls.filter((call) => call === 'load').length, 2);
  });

  it('applies nothing of a wrong file, says why in one line, and rejects with the reason', async () => {
    const wrong = reloader({
      load: () => {
        throw new Error('config.yaml:1: a: unknown key\nconfig.yaml:2: b: unknown key');
      },
    });
    await assert.rejects(wrong.reload(), /unknown key\nconfig\.yaml:2/u);
    assert.deepEqual(calls, ['load', 'done false']);
    assert.deepEqual(log.lines, [
      'error configuration not reloaded: the previous one stays in force error=config.yaml:1: a: unknown key; config.yaml:2: b: unknown key',
    ]);
  });

  it('tells of a configuration that cannot be applied, and recovers with the next one', async () => {
    let isBad = true;
    const half = reloader({
      apply: () => {
        if (isBad) {
          throw new Error('api.ca_file: gone');
        }
      },
    });
    await assert.rejects(half.reload(), { message: 'api.ca_file: gone' });
    isBad = false;
    await half.reload();
    assert.deepEqual(calls, ['load', 'apply', 'done false', 'load', 'apply', 'done true']);
  });

  it('leaves no rejection behind when nobody waits for it', async () => {
    const wrong = reloader({
      load: () => {
        throw new Error('wrong');
      },
    });
    wrong.reload().catch(() => {});
    await settle();
    assert.deepEqual(calls, ['load', 'done false']);
  });

  it('says what takes effect at the next start only, compared with this one', async () => {
    const other = { ...current.web, telemetry_path: '/other' };
    let web = other;
    const changing = reloader({ load: () => ({ web }) });
    await changing.reload();
    await changing.reload();
    web = current.web;
    await changing.reload();
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith('warn')),
      Array(2).fill(
        'warn configuration: may be otherwise than it was meant warning=web.* changed, which takes effect at the next start only',
      ),
    );
  });
});
