// A headless Chromium, and what went wrong on its pages.
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
