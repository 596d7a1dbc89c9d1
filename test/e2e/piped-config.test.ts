// A configuration that comes through a pipe, as a decrypted one does: it is never a file.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { ConfigFolder } from '../config/config-folder.js';
import { INSTANCE, NODE, projectWith } from '../config/sample-config.js';
import { addressOf, eventually, MAIN, runProgram, startProgram } from '../support/program.js';
import { SUCCESSFUL } from '../support/reloadable-agent.js';
import { samplesNamed, scrape } from '../support/scrape.js';

/** Nothing listens at the address. */
const CONFIG = projectWith(`    endpoint: http://127.0.0.1:1
    auth: { token: { value: t0ken } }
    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]
`);

describe('a configuration from a pipe', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());

  /** In the folder, by the shell; `$PROGRAM` is the program. */
  const shell = (command: string) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: folder.path,
      env: { ...process.env, PROGRAM: `${process.execPath} ${MAIN}` },
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  };

  it('is checked, whatever the pipe is called, without a word about who may read it', async () => {
    const sent = await runProgram(['check-config', '-'], {}, CONFIG);
    assert.deepEqual([sent.code, sent.stderr], [0, '']);
    assert.match(sent.stdout, /^standard input: ok: /u);
    folder.write('config.yaml', CONFIG);
    for (const [command, name] of [
      ['cat config.yaml | $PROGRAM check-config -', 'standard input'],
      ['cat config.yaml | $PROGRAM check-config --config.file=/dev/stdin', '/dev/stdin'],
      // As a shell's <(…) does.
      ['cat config.yaml | $PROGRAM check-config /dev/fd/3 3<&0 </dev/null', '/dev/fd/3'],
      [
        'mkfifo named; timeout 10 sh -c "sleep 0.7; cat config.yaml >named" & $PROGRAM check-config named',
        'named',
      ],
    ] as const) {
      const { code, stdout, stderr } = shell(command);
      assert.deepEqual([code, stderr], [0, ''], command);
      assert.ok(stdout.startsWith(`${name}: ok: `), stdout);
    }
  });

  it('that is a file which others may read is told as that', () => {
    folder.write('open.yaml', CONFIG);
    const { stdout } = shell('chmod 644 open.yaml; $PROGRAM check-config - <open.yaml');
    assert.match(
      stdout,
      /^standard input: warning: the file that standard input comes from can be read by other users /u,
    );
  });

  it('names its lines, and files from the working directory on', () => {
    folder.write('token', 'abc');
    const project = CONFIG.replace(/auth:.*\n/u, 'auth: { token: { value_file: token } }\n');
    folder.write('config.yaml', project);
    assert.equal(shell('cat config.yaml | $PROGRAM check-config -').code, 0);
    folder.write('config.yaml', project.replace('value_file: token', 'value_file: nothing'));
    const { code, stderr } = shell('cat config.yaml | $PROGRAM check-config -');
    assert.equal(code, 1);
    assert.match(stderr, /^standard input:\d+: projects\[0\]\.auth\.token\.value_file: .*no such file.*\n$/u);
  });

  it('is refused where nothing comes, or too much', () => {
    assert.deepEqual(shell('false | $PROGRAM check-config -'), {
      code: 1,
      stdout: '',
      stderr: 'standard input: cannot be read: it is empty: the program that should write it wrote nothing\n',
    });
    assert.deepEqual(shell('yes a: b | $PROGRAM check-config -'), {
      code: 1,
      stdout: '',
      stderr: 'standard input: cannot be read: larger than 1048576 bytes\n',
    });
  });

  it('or a file is asked for where neither is named', () => {
    assert.deepEqual(shell('mkdir empty && cd empty && $PROGRAM check-config'), {
      code: 1,
      stdout: '',
      stderr:
        'config.yaml: cannot be read: no such file: name one with --config.file, or begin with a copy of config.example.yaml\n',
    });
  });

  it('is what the agent runs with, and what it stays with when asked to reload', async () => {
    const flags = ['--config.file=-', '--web.listen-address=127.0.0.1:0'];
    const agent = startProgram(flags, {}, [MAIN], CONFIG);
    try {
      const address = await addressOf(agent);
      const gauge = async () => samplesNamed(await scrape(address), SUCCESSFUL).get('');
      assert.equal(await gauge(), 1);
      agent.child.kill('SIGHUP');
      await agent.says(
        /configuration not reloaded: the previous one stays in force" error="standard input: cannot be read: it came through a pipe, which can be read once: restart to change it"/u,
      );
      await eventually(async () => ((await gauge()) === 0 ? true : undefined), 'the gauge at 0');
      assert.match(await (await fetch(`${address}/`)).text(), /production/u);
    } finally {
      agent.child.kill('SIGTERM');
      assert.equal(await agent.ended, 0);
    }
  });
});
