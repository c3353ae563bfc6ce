/** What a rendered overlay sets of an app's variables. */
import { ofKind, type Manifest } from './render.ts';

export type Role = 'edge' | 'ingress';

/** What the ConfigMaps and Secrets of the overlay set for this Deployment; of Secrets that it has. */
export function environmentOf(
  deployment: Manifest,
  manifests: readonly Manifest[],
): ReadonlyMap<string, string> {
  const sources: { configMapRef?: { name: string }; secretRef?: { name: string } }[] =
    deployment['spec'].template.spec.containers[0].envFrom;
  const names = new Set(
    sources.map((source) => source.configMapRef?.name ?? source.secretRef?.name),
  );
  const found = ofKind(manifests, 'ConfigMap', 'Secret').filter(({ metadata }) =>
    names.has(metadata.name),
  );
  return new Map(found.flatMap((manifest) => Object.entries(textsOf(manifest))));
}

function textsOf({ kind, data }: Manifest): Record<string, string> {
  if (kind === 'ConfigMap') return data as Record<string, string>;
  return Object.fromEntries(
    Object.entries(data as Record<string, string>).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64').toString(),
    ]),
  );
}

export const roleOf = ({ metadata }: Manifest): Role =>
  metadata.name.startsWith('switchboard-edge') ? 'edge' : 'ingress';
