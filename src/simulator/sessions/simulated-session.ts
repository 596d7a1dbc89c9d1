// One session of a simulated node, as `SHOW PROCESSLIST` and `information_schema.INNODB_TRX` would tell it together.

export interface SimulatedTransaction {
  readonly id: string;
  readonly state: 'RUNNING' | 'LOCK WAIT';
  readonly seconds: number;
  readonly lockWaitSeconds: number;
  readonly rowsLocked: number;
  readonly tablesLocked: number;
  readonly rowsModified: number;
}

/** What a connection does at a moment. */
export interface Activity {
  readonly command: string;
  readonly state: string;
  /** In this state for so long. */
  readonly seconds: number;
  /** Empty where nothing runs. */
  readonly statement: string;
  readonly transaction?: SimulatedTransaction;
}

export interface SimulatedSession extends Activity {
  readonly id: number;
  readonly user: string;
  /** With the client's port; empty for the server's own threads. */
  readonly host: string;
  /** Empty where none is chosen. */
  readonly database: string;
}
