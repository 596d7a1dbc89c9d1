// Whatever a collection rejected with, as the one error that is counted and logged.
import { CsvError } from '../sessions/csv-error.js';
import { CollectionError } from './collection-error.js';

export function explainFailure(error: unknown): CollectionError {
  if (error instanceof CollectionError) {
    return error;
  }
  if (error instanceof CsvError) {
    return new CollectionError('csv', error.message, {}, { cause: error });
  }
  // Nobody has checked the message of an error that nobody foresaw: it may quote a cell. Where it came from says enough.
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return new CollectionError(
    'internal',
    `collection: got an unforeseen ${name}, expected a snapshot`,
    { thrown_at: error instanceof Error ? firstFrame(error) : undefined },
    { cause: error },
  );
}

function firstFrame(error: Error): string | undefined {
  return /^ {4}at (.+)$/mu.exec(error.stack ?? '')?.[1];
}
