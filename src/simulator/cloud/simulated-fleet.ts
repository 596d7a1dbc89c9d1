// What the simulator serves: projects, who may call them, their instances and nodes. Given once, never changed.

export interface SimulatedNode {
  /** 36 characters ending in `no07`. */
  readonly id: string;
  readonly name: string;
  readonly type: 'master' | 'slave';
  readonly status: string;
  readonly maxConnections: number;
  /** Sessions to serve instead of generated ones; the file is read anew at each download. */
  readonly csvFile?: string;
  /** Sessions to serve instead of generated ones. */
  readonly csvText?: string;
  /** Each of its tasks ends with `error`. */
  readonly isDown?: boolean;
  /** One client floods it from this long after the start on, to the end; absent: now and then, if it is a master. */
  readonly floodAfterMs?: number;
}

export interface SimulatedInstance {
  /** 36 characters ending in `in07`. */
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly nodes: readonly SimulatedNode[];
}

export interface SimulatedAccessKey {
  readonly ak: string;
  readonly sk: string;
  /** Makes it a temporary key: requests must carry it as X-Security-Token. */
  readonly securityToken?: string;
}

export interface SimulatedPassword {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

export interface SimulatedProject {
  /** The caller's own name for it; IAM knows a project by its region's name. */
  readonly name: string;
  /** 32 letters and digits. */
  readonly projectId: string;
  readonly region: string;
  /** A key that stands under several projects is one user's who may call them all. */
  readonly accessKeys: readonly SimulatedAccessKey[];
  /** Static tokens; they do not expire. */
  readonly tokens: readonly string[];
  readonly passwords: readonly SimulatedPassword[];
  /** Whether the metadata service hands out temporary keys for this project. */
  readonly agency?: boolean;
  /** More than this in any second is answered 429; no limit when absent. */
  readonly maxRequestsPerSecond?: number;
  readonly instances: readonly SimulatedInstance[];
}
