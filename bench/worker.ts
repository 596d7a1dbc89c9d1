// A process that measures one candidate: imports the task named on its command line and runs it once for each
// message, which holds the task's arguments. A result that is a function is called when the time has been taken: what it
// does, such as sorting figures for the comparison, is no part of the task.
import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Measurement } from './candidate-process.js';

const [module = ''] = process.argv.slice(2);
const { run }: { run: (...args: readonly unknown[]) => unknown } = await import(module);

process.on('message', async (args: readonly unknown[]) => {
  // Only where memory is measured: it throws away compiled code, too.
  globalThis.gc?.();
  const idleMb = process.memoryUsage.rss() / 2 ** 20;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = await run(...args);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1000;
  const measurement: Measurement = {
    ms,
    cpuMs,
    idleMb,
    peakMb: peakKb() / 1024,
    result: typeof result === 'function' ? result() : result,
  };
  process.send?.(measurement);
});
process.send?.('ready');

/** On Linux `maxRSS` is at least what the parent held when it forked. */
function peakKb(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}
