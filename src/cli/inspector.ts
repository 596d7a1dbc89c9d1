// Node's inspector stays shut: it shows every secret in memory to whoever reaches its port, and by default SIGUSR1 opens it.
import { close, url } from 'node:inspector';

/** From a signal that came before to the opening: it goes through a thread of Node's own. */
const CHECKS_AFTER_MS = [0, 50, 200, 1_000];

/** From now on the signal opens nothing; what it opened while Node itself started is closed. */
export function keepInspectorShut(): void {
  process.on('SIGUSR1', closeInspector);
  closeInspector();
  for (const ms of CHECKS_AFTER_MS) {
    setTimeout(closeInspector, ms).unref();
  }
}

function closeInspector(): void {
  if (url() !== undefined && !IS_WANTED) {
    close();
  }
}

/** On Node's own command line, as by who debugs this program. */
const IS_WANTED = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((options) =>
  /--inspect(-brk|-wait)?(=|\s|$)/u.test(options),
);
