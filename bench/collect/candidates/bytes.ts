// The floor: the same requests, and nothing is made of the file.
import { requestFile } from '../requests.js';

export async function run(port: number): Promise<undefined> {
  for await (const _ of await requestFile(port)) {
  }
}
