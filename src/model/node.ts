// A node to collect, from the configured list or from discovery: its address in the API and what is known of it.

export interface DatabaseNode {
  /** Name of the project in the configuration, not its id. */
  readonly project: string;
  readonly instanceId: string;
  /** Unique in the whole fleet: the key of everything kept per node. */
  readonly nodeId: string;
  /** What is not known is empty. */
  readonly name: string;
  readonly instanceName: string;
  readonly cloudRegion: string;
  /** `master`, `slave` or empty. */
  readonly role: string;
  readonly maxConnections?: number;
  /** Added to this node's session series, after the fleet's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Cron expression, 5 or 6 fields. */
  readonly schedule: string;
}
