// No container engine is needed: the image's instructions are followed in a folder, but for `npm ci`, and the program is
// started there as the image says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from 'bcryptjs';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { addressOf, startProgram } from '../support/program.js';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const DOCKER = path.join(PROJECT, 'deploy/docker');
const HOME = '/app/';

/** Of Node 22.14 and 23.7. */
const NEWER_FLAG = '--disable-sigusr1';

describe('the container image', () => {
  const instructions = readFileSync(path.join(DOCKER, 'Dockerfile'), 'utf8').split('\n');
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-image-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  function all(instruction: string): readonly string[] {
    return instructions
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1));
  }

  function listOf(instruction: string): readonly string[] {
    const [list = ''] = all(instruction);
    return JSON.parse(list);
  }

  /** Returns the folder of the build stage. */
  function build(revision: string): string {
    const stage = path.join(folder, 'build');
    const [nothing, ...sent] = readFileSync(path.join(DOCKER, 'Dockerfile.dockerignore'), 'utf8')
      .trim()
      .split('\n');
    assert.equal(nothing, '*');
    for (const name of sent) {
      cpSync(path.join(PROJECT, name.slice(1)), path.join(stage, name.slice(1)), { recursive: true });
    }
    symlinkSync(path.join(PROJECT, 'node_modules'), path.join(stage, 'node_modules'));
    const given = Object.fromEntries(all('ARG').map((arg) => [arg.split('=')[0], revision]));
    for (const command of all('RUN')) {
      execFileSync('sh', ['-ec', command.replace('npm ci --ignore-scripts', 'true')], {
        cwd: stage,
        env: { ...process.env, ...given },
        stdio: 'pipe',
      });
    }
    return stage;
  }

  /** Returns the folder of the image. */
  function layOut(stage: string): string {
    const image = path.join(folder, 'image');
    mkdirSync(image);
    for (const copied of all('COPY --from=build')) {
      const places = copied.split(' ');
      const target = path.join(image, places.pop() ?? '');
      for (const place of places) {
        const source = path.join(stage, place.slice(HOME.length));
        const isFolder = target.endsWith(path.sep);
        cpSync(source, isFolder ? path.join(target, path.basename(source)) : target, { recursive: true });
      }
    }
    return image;
  }

  it('holds all that the program needs, passwords included', async () => {
    const image = layOut(build('0123abc'));
    const webConfig = path.join(folder, 'web.yaml');
    writeFileSync(webConfig, `basic_auth_users: { scraper: '${hashSync('right', 4)}' }`);
    const [node, ...entry] = listOf('ENTRYPOINT').map((text) => text.replace(HOME, `${image}/`));
    assert.equal(node, '/nodejs/bin/node');
    assert.ok(entry.includes(NEWER_FLAG));
    // The image's Node has it, the one that runs the tests need not.
    const isKnown = process.allowedNodeEnvironmentFlags.has(NEWER_FLAG);
    const flags = entry.filter((flag) => flag !== NEWER_FLAG || isKnown);
    const args = ['demo', '--web.listen-address=127.0.0.1:0', `--web.config.file=${webConfig}`];
    const demo = startProgram(args, {}, flags);
    try {
      const headers = { Authorization: `Basic ${Buffer.from('scraper:right').toString('base64')}` };
      const answer = await fetch(`${await addressOf(demo)}/metrics`, { headers });
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /^taurusdb_exporter_build_info\{.*revision="0123abc"/m);
    } finally {
      demo.child.kill('SIGTERM');
    }
    assert.equal(await demo.ended, 0);
  });

  it('starts the agent', () => {
    assert.equal(parseCommandLine(listOf('CMD')).command, 'run');
  });
});
