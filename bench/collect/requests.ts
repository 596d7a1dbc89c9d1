// The three requests of a collection, made with undici alone: what the other candidates begin with.
import { type Dispatcher, Pool } from 'undici';

let pool: Pool | undefined;

/** Resolves to the body of the last one. */
export async function requestFile(port: number): Promise<Dispatcher.ResponseData['body']> {
  pool ??= new Pool(`http://127.0.0.1:${port}`);
  await (await pool.request({ path: '/realtime-session-task', method: 'POST', body: '{}' })).body.json();
  await (await pool.request({ path: '/realtime-session-task?request_id=task', method: 'GET' })).body.json();
  return (await pool.request({ path: '/realtime-session-result?request_id=task', method: 'GET' })).body;
}
