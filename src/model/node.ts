// A node to collect, from the configuration or from discovery: its ids in the API and its descriptive fields.

export interface DatabaseNode {
  /** Name of the project in the configuration, not its id. */
  readonly project: string;
  readonly instanceId: string;
  /** Unique in the fleet: the key of all state kept per node. */
  readonly nodeId: string;
  /** Empty where unknown, as the fields below. */
  readonly name: string;
  readonly instanceName: string;
  readonly cloudRegion: string;
  /** `master`, `slave` or empty. */
  readonly role: string;
  readonly maxConnections?: number;
  /** Added to the node's session series, after the labels of the whole fleet. */
  readonly labels: Readonly<Record<string, string>>;
  /** Cron expression, 5 or 6 fields. */
  readonly schedule: string;
}
