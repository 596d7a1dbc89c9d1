// The nodes found in the configured projects, as YAML ready for `nodes:`.
import type { FlagValues } from './command-line.js';

export async function discover(_flags: FlagValues): Promise<number> {
  throw new Error('discover: not supported yet');
}
