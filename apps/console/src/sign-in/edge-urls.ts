/**
 * Where a connection goes when there is no balancer: a list of edges, of which each further attempt takes
 * the next one. With one address it is that one.
 */
export function edgeUrls(list: string): () => string {
  const urls = list.split(',').filter((url) => url !== '');
  let attempts = 0;
  return () => urls[attempts++ % urls.length] ?? list;
}
