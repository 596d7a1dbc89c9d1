// What check-config says of schedules: what may be otherwise than meant, and when collections come.
import assert from 'node:assert/strict';
import { ConfigFolder } from '../config/config-folder.js';
import { INSTANCE } from '../config/sample-config.js';
import { runProgram } from '../support/program.js';

describe('check-config', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());

  const nodesWith = (schedules: readonly string[]) =>
    schedules.map((schedule, index) => ({
      instance_id: INSTANCE,
      node_id: `${String(index).padStart(32, '0')}no07`,
      schedule,
    }));
  const check = (schedules: readonly string[], collection: object) => {
    const config = {
      projects: [
        {
          name: 'production',
          region: 'ap-southeast-3',
          auth: { token: { value: 't0ken' } },
          nodes: nodesWith(schedules),
          discovery: { enabled: true },
        },
      ],
      collection,
    };
    const file = folder.write('config.yaml', JSON.stringify(config));
    return runProgram(['check-config', `--config.file=${file}`]);
  };

  it('says when each schedule comes, and what may be otherwise than meant', async () => {
    // As pasted from crontabs and documents.
    const schedules = ['0\t3  *\t* *', ' 0 3 * * * ', '0 9 1 * mon', '* */5 * * * *', '*/45 * * * *'];
    const { code, stdout, stderr } = await check(schedules, {
      timezone: 'asia/shanghai',
      schedule: '*  * * * *',
      stale_after: '90s',
    });
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\S*config\.yaml: /u, ''));
    const date = String.raw`\d{4}-\d\d-\d\d`;
    const vanishes = (gap: string, schedule: string, enough: string) =>
      `warning: collection\\.stale_after \\(line 1\\): 1m30s is not more than the ${gap} that can lie between two runs of schedule ` +
      `"${schedule}": .*; write at least ${enough}, or leave it out`;
    const expected = [
      vanishes('1d', '0 3 \\* \\* \\*', '1d50s'),
      // A year and more, which the key does not take.
      'warning: collection\\.stale_after \\(line 1\\): 1m30s is not more than the \\d+d that .* "0 9 1 \\* mon": .* before the next run; leave it out',
      vanishes('4h55m1s|.*', '\\* \\*/5 \\* \\* \\* \\*', '.*'),
      vanishes('45m', '\\*/45 \\* \\* \\* \\*', '45m50s'),
      'warning: collection\\.stale_after \\(line 1\\): 1m30s is by less than collection\\.timeout more than the 1m .*; write at least 1m50s, or leave it out',
      `warning: schedule "0 9 1 \\* mon" \\(projects\\[0\\]\\.nodes\\[2\\]\\.schedule\\): .* both .* next on ${date} and ${date}; .*`,
      'warning: schedule "\\* \\*/5 \\* \\* \\* \\*" \\(projects\\[0\\]\\.nodes\\[3\\]\\.schedule\\): .* 60 times .* "0 \\*/5 \\* \\* \\* \\*"\\?',
      'warning: schedule "\\*/45 \\* \\* \\* \\*" \\(projects\\[0\\]\\.nodes\\[4\\]\\.schedule\\): .* only 0 and 45, .*',
      'ok: 1 project, 5 nodes listed',
      `schedule "0 3 \\* \\* \\*" \\(Asia/Shanghai, 2 nodes\\): next runs (${date} 03:00:00\\+08:00(, |; )){3}each node up to 5 s later \\(collection\\.splay\\)`,
      `schedule "0 9 1 \\* mon" \\(Asia/Shanghai, 1 node\\): next runs (${date} 09:00:00\\+08:00(, |; )){3}.*`,
      `schedule "\\* \\*/5 \\* \\* \\* \\*" \\(Asia/Shanghai, 1 node\\): .*`,
      `schedule "\\*/45 \\* \\* \\* \\*" \\(Asia/Shanghai, 1 node\\): next runs (${date} \\d\\d:(00|45):00\\+08:00(, |; )){3}.*`,
      `schedule "\\* \\* \\* \\* \\*" \\(Asia/Shanghai, what discovery finds\\): next runs (${date} \\d\\d:\\d\\d:00\\+08:00(, |; )){3}.*`,
      'statements: digests on the page and in /api/v1/nodes, none in the metrics; no texts, .*',
    ];
    assert.equal(lines.length, expected.length, stdout);
    for (const [index, pattern] of expected.entries()) {
      assert.match(lines[index] ?? '', new RegExp(`^${pattern}$`, 'u'));
    }
  });

  it('says in one line what to write, whichever slip it was', async () => {
    const base =
      'projects:\n  - name: production\n    region: ap-southeast-3\n    auth: { token: { value: $SECRET } }\n    discovery: { enabled: true }\n';
    for (const [yaml, line] of [
      [
        'collection: { schedule: * * * * * }',
        '6: a schedule needs quotes: write "* * * * *" (near "schedule")',
      ],
      [
        'collection: { timeout: 50 }',
        '6: collection.timeout: got 50, expected a duration from 100ms to 1h: write 50s',
      ],
    ] as const) {
      const file = folder.write('slip.yaml', `${base}${yaml}\n`);
      const { code, stdout, stderr } = await runProgram(['check-config', `--config.file=${file}`]);
      assert.deepEqual([code, stdout, stderr], [1, '', `${file}:${line}\n`]);
    }
    const file = folder.write('variable.yaml', base);
    const { code, stdout } = await runProgram(['check-config', `--config.file=${file}`], {
      SECRET: 's3cret',
    });
    assert.equal(code, 0);
    assert.match(
      stdout,
      /warning: projects\[0\]\.auth\.token\.value \(line 4\): got a text that looks like a variable, and is used as it is: a variable is written \$\{SECRET\}\n/u,
    );
  });

  it('refuses what names no time zone and what looks like a schedule, and says what to write', async () => {
    const { code, stdout, stderr } = await check(['0 3 * *\u00a0*', '\uff0a * * * *', '0 0 31 4 *'], {
      timezone: 'CST',
    });
    assert.deepEqual([code, stdout], [1, '']);
    for (const message of [
      'projects[0].nodes[0].schedule: got a blank that is neither a space nor a tab, expected 5 fields',
      'projects[0].nodes[1].schedule: got full-width characters, expected 5 fields',
      'projects[0].nodes[2].schedule: got "0 0 31 4 *", expected a date that exists',
      'collection.timezone: got "CST", expected UTC or an IANA name (Area/Location) such as Asia/Shanghai: an abbreviation can mean several: write Asia/Shanghai or America/Chicago',
    ]) {
      assert.ok(stderr.includes(message), stderr);
    }
  });
});
