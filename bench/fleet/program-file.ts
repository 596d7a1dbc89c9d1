import path from 'node:path';

/** The program as `npm run build` leaves it: what users start. */
export const PROGRAM = path.resolve(import.meta.dirname, '../../../../dist/main.js');
