// Whether a file with a secret lets more users read it than need to.

/** What fs.Stats says of the file. */
export interface FilePermissions {
  readonly mode: number;
  readonly uid: number;
}

const ROOT = 0;

/**
 * `reader`: the user who needs it. Of a file that is another's, as secrets that Kubernetes mounts are, the group is how
 * we get to read it; root needs no group.
 */
export function isExposed({ mode, uid }: FilePermissions, reader = process.getuid?.()): boolean {
  const needsGroup = reader !== uid && reader !== ROOT;
  return (mode & (needsGroup ? 0o004 : 0o044)) !== 0;
}
