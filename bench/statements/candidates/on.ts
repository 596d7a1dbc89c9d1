import { readAgain } from './read.js';

export async function run(file: string, times: number): Promise<number> {
  return readAgain(file, times, true);
}
