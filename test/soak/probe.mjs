// Loaded into the program under test ahead of its own code (node --import): answers each message with what the
// process holds, after collecting its garbage. JavaScript, because the program runs without a TypeScript loader.
import { readdirSync } from 'node:fs';

process.on('message', () => {
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({
    heapBytes: heapUsed,
    externalBytes: external,
    rssBytes: rss,
    files: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo(),
  });
});
// The channel must not keep the program alive.
process.channel.unref();
