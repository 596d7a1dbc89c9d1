// Finds what a page leads to and loads, but for what it holds itself: fragments of its own and images in its text.

/** As they are written, in their order. */
export function linksOf(page: string): string[] {
  const written =
    /\b(?:href|src|srcset|action|formaction|poster|ping|data)="([^"]*)"|http-equiv="refresh" content="\d+; url=([^"]*)"/gu;
  return [...page.matchAll(written)]
    .map(([, attribute, refresh]) => (attribute ?? refresh ?? '').replaceAll('&amp;', '&'))
    .filter((link) => !/^(?:#|data:)/u.test(link));
}
