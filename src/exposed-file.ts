// Whether a file with a secret lets more users read it than need to.

/** What fs.Stats says of the file. */
export interface FilePermissions {
  readonly mode: number;
  readonly uid: number;
}

/** Of a file that is another user's, as secrets that Kubernetes mounts are, the group is how we get to read it. */
export function isExposed({ mode, uid }: FilePermissions): boolean {
  const isOurs = uid === process.getuid?.();
  return (mode & (isOurs ? 0o044 : 0o004)) !== 0;
}
