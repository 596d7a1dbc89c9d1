// Where each region's TaurusDB API answers. The prefix differs from region to region and cannot be guessed; the
// table follows the official SDK (huaweicloud-sdk-nodejs-v3, services/gaussdb/v3/GaussDBRegion.ts).

const REGIONS_OF_PREFIX = {
  gaussdb: [
    'cn-north-2',
    'cn-north-4',
    'cn-north-9',
    'cn-east-3',
    'cn-south-1',
    'cn-south-4',
    'cn-southwest-2',
    'ru-northwest-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'sa-brazil-1',
  ],
  gaussdbformysql: ['ap-southeast-1', 'ap-southeast-2', 'tr-west-1', 'cn-north-11', 'me-east-1'],
  'gaussdb-mysql': ['af-south-1', 'cn-east-5', 'la-north-2', 'cn-southwest-3'],
} as const;

const ENDPOINTS: ReadonlyMap<string, string> = new Map(
  Object.entries(REGIONS_OF_PREFIX).flatMap(([prefix, regions]) =>
    regions.map((region) => [region, `https://${prefix}.${region}.myhuaweicloud.com`] as const),
  ),
);

/** The regions whose endpoint is known, sorted. */
export const KNOWN_REGIONS: readonly string[] = [...ENDPOINTS.keys()].sort();

/** Undefined for an unknown region: its endpoint must be configured. */
export function apiEndpoint(region: string): string | undefined {
  return ENDPOINTS.get(region);
}

/** Undefined for an unknown region: its endpoint must be configured. */
export function iamEndpoint(region: string): string | undefined {
  return ENDPOINTS.has(region) ? `https://iam.${region}.myhuaweicloud.com` : undefined;
}
