// Takes the pictures of the page, of an incident and of the consoles in docs/images from the built demo, which shows what there is after
// five minutes: npx tsx docs/screenshots.ts
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { addressOf, eventually, startProgram } from '../test/support/program.js';

const IMAGES = path.resolve(import.meta.dirname, 'images');
/** Of graphs to look at: the user who floods a node comes every two minutes. */
const HISTORY_MS = 300_000;
const HISTORY = '6m';
/** And how high each is. */
const CONSOLES = { fleet: 1400, node: 1700, agent: 1430 };
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const demo = startProgram(['demo', '--with-prometheus', '--web.listen-address=127.0.0.1:0']);
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--disable-gpu'] });
try {
  const address = await addressOf(demo);
  await eventually(() => changedNodes(address), 'a second collection', 60_000);
  const consoles = await eventually(() => consolesIn(demo.stdout()), 'the address of the consoles', 30_000);
  await sleep(HISTORY_MS);
  // By then it is known what is usual.
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1180, height: 700 } });
    await page.goto(address);
    await page.screenshot({ path: path.join(IMAGES, `page-${colorScheme}.png`) });
  }
  const incident = await eventually(
    () => explainedIncident(address),
    'an incident that one explains',
    120_000,
  );
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1180, height: 1500 } });
    await page.goto(`${address}/incidents/${incident}`);
    await page.screenshot({ path: path.join(IMAGES, `incident-${colorScheme}.png`) });
  }
  for (const [name, height] of Object.entries(CONSOLES)) {
    const page = await browser.newPage({ viewport: { width: 1180, height } });
    await page.goto(`${consoles}/taurusdb-${name}.html${name === 'node' ? await busiestNode(address) : ''}`);
    const range = page.locator('input').first();
    await range.fill(HISTORY);
    await range.press('Enter');
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: path.join(IMAGES, `console-${name}.png`) });
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

/** Its id. */
async function explainedIncident(address: string): Promise<string | undefined> {
  const answer = await fetch(`${address}/api/v1/incidents`);
  const { incidents = [] } = (await answer.json()) as {
    incidents?: readonly { id: string; verdict: string }[];
  };
  return incidents.find(({ verdict }) => verdict === 'one')?.id;
}

function consolesIn(output: string): string | undefined {
  return /(http:\S+\/consoles)\//u.exec(output)?.[1];
}

/** The console's query for it. */
async function busiestNode(address: string): Promise<string> {
  const answer = await fetch(`${address}/api/v1/nodes`);
  const { nodes } = (await answer.json()) as {
    nodes: readonly { node_id: string; previous_sessions: number }[];
  };
  const [busiest] = nodes.toSorted((a, b) => b.previous_sessions - a.previous_sessions);
  return `?node_id=${busiest?.node_id ?? ''}`;
}
