// The configuration of an agent for a simulated API, with each credential that this takes.
import type { Simulator } from './start-simulator.js';

/** Every node is discovered and collected every ten seconds; of floods that come every two minutes each is an incident. */
export function agentConfig({ url, iamUrl, metadataUrl, projects }: Simulator): string {
  const lines = ['projects:'];
  for (const { name, region, projectId, accessKeys, tokens, passwords } of projects) {
    const kinds = [
      ...accessKeys.map(({ ak, sk }) => `access_key: { ak: "${ak}", sk: "${sk}" }`),
      ...tokens.map((token) => `token: { value: "${token}" }`),
      ...passwords.map(
        ({ domain, user, password }) =>
          `password: { domain: ${domain}, user: ${user}, password: "${password}" }`,
      ),
    ];
    lines.push(
      `  - name: ${name}`,
      `    region: ${region}`,
      `    project_id: "${projectId}"`,
      `    endpoint: ${url}`,
      `    iam_endpoint: ${iamUrl}`,
      '    auth: # one of these',
      ...kinds.map((kind, index) => `      ${index === 0 ? '' : '# '}${kind}`),
      '    discovery: { enabled: true, refresh: 1m }',
    );
  }
  lines.push('collection: { schedule: "*/10 * * * * *", splay: 3s, timeout: 9s, poll_interval: 500ms }');
  // Where floods come that often, they are soon what the last hour varies by.
  lines.push('incidents: { cooldown: 30s, spike: { deviations: 0 } }');
  lines.push(
    `# Temporary keys of the agency, as the metadata service of an ECS gives them: ${metadataUrl}/openstack/latest/securitykey`,
  );
  return `${lines.join('\n')}\n`;
}
