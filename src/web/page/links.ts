// Links of the pages, each relative to the page that it stands on: so they lead to the same place where a proxy serves all of
// this under a prefix, which it need not tell.

/** Makes a link to another path of the server, which may have a query and a fragment. */
export type Linker = (path: string) => string;

/** For the page of this path. */
export function linksFrom(page: string): Linker {
  const foldersUp = page.split('/').length - 2;
  // With a dot also where the way leads down alone: a path that begins with two slashes would name a host.
  const toRoot = foldersUp === 0 ? './' : '../'.repeat(foldersUp);
  return (path) => toRoot + path.slice(1);
}
