// Takes the pictures of the page in docs/images from the built demo: npx tsx docs/screenshots.ts
import path from 'node:path';
import { chromium } from 'playwright-core';
import { addressOf, eventually, startProgram } from '../test/support/program.js';

const IMAGES = path.resolve(import.meta.dirname, 'images');
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const demo = startProgram(['demo', '--web.listen-address=127.0.0.1:0']);
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--disable-gpu'] });
try {
  const address = await addressOf(demo);
  await eventually(() => changedNodes(address), 'a second collection', 60_000);
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1180, height: 700 } });
    await page.goto(address);
    await page.screenshot({ path: path.join(IMAGES, `page-${colorScheme}.png`) });
  }
} finally {
  await browser.close();
  demo.child.kill('SIGTERM');
}

/** True once every node has figures of two collections. */
async function changedNodes(address: string): Promise<true | undefined> {
  const answer = await fetch(`${address}/api/v1/nodes`);
  const { nodes } = (await answer.json()) as { nodes: readonly { previous_sessions: number | null }[] };
  return nodes.length > 0 && nodes.every(({ previous_sessions: previous }) => previous !== null)
    ? true
    : undefined;
}
