import { collectorFor, type Users } from '../../collect/candidates/program.js';

let collectNode: (() => Promise<() => Users>) | undefined;

export async function run(port: number): Promise<() => Users> {
  collectNode ??= collectorFor(port, { incidents: { enabled: true } });
  return collectNode();
}
