// A headless Chromium, what went wrong on its pages, and the names that are hardest to show.
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { requireProgram } from '../support/real-programs.js';

export function startChromium(context: Mocha.Context): Promise<Browser> {
  const executablePath = requireProgram(context, 'chromium');
  return chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-quic'] });
}

/** Filled as it happens: whatever the page writes to the console, which violations of its policy do too, and what it throws. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  return complaints;
}

/** What breaks out of HTML, turns text around, or is wide. */
export const HOSTILE_NAMES = [
  '<img src=x onerror="document.title=\'owned\'">',
  '"><script>document.title="owned"</script>',
  "o'brien & </bdi></details></main>",
  '\u202Etxt.exe\u202C שלום مرحبا',
  '👩‍👩‍👧‍👦🔥',
  `${'W'.repeat(119)}…0a1b2c3d`,
];

/** To be evaluated: what stands out of its own box. */
export const WIDER_THAN_THEY_MAY_BE = `[...document.querySelectorAll('body *')]
  .filter(({ clientWidth, scrollWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
  .filter(({ localName }) => localName !== 'input')
  .map(({ outerHTML }) => outerHTML.slice(0, 80))`;

/** What axe finds serious or critical, with where it is. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate<axe.AxeResults>(
    "axe.run({ resultTypes: ['violations'] })",
  );
  assert.ok(passes.length > 20, 'axe has looked at the page');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
