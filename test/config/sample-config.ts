// Small right configurations, to be made wrong, and a look at what one comes to.
import assert from 'node:assert/strict';
import type { ProjectConfig } from '../../src/config/config-schema.js';

export const INSTANCE = '6754902da1f447269c6979b0590102a5in07';
export const NODE = '941d21130b3c4899ad1a752a0945befdno07';
export const OTHER_NODE = 'a41d21130b3c4899ad1a752a0945befdno07';

/** A project in nine lines; what follows is added at the end, from line 10 on. */
export function projectAnd(rest = ''): string {
  return `projects:
  - name: production
    region: ap-southeast-3
    auth:
      token:
        value: t0ken
    nodes:
      - instance_id: ${INSTANCE}
        node_id: ${NODE}
${rest}`;
}

/** A project whose own keys from line 4 on are these; each line starts with four blanks. */
export function projectWith(keys: string): string {
  return `projects:
  - name: production
    region: ap-southeast-3
${keys}`;
}

type Auth = ProjectConfig['auth'];

/** The project's credentials, which are to be of this kind. */
export function authOf<Kind extends Auth['kind']>(
  project: ProjectConfig | undefined,
  kind: Kind,
): Extract<Auth, { readonly kind: Kind }> {
  assert.equal(project?.auth.kind, kind);
  return project?.auth as Extract<Auth, { readonly kind: Kind }>;
}
