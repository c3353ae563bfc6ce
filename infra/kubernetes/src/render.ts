/** What kustomize makes of an overlay, as objects. */
import { join } from 'node:path';
import { findKustomize } from '@switchboard/testkit';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // oxlint-disable-next-line typescript/no-explicit-any -- what it holds is checked by schema.ts
  readonly [field: string]: any;
}

export const overlays = ['dev', 'production', 'production-pools', 'production-backend'] as const;

export type Overlay = (typeof overlays)[number];

const rendered = new Map<Overlay, Promise<Manifest[]>>();

/** All objects of an overlay, in kustomize's order; rendered once. Rejects with what kustomize says. */
export function render(overlay: Overlay): Promise<Manifest[]> {
  const known = rendered.get(overlay) ?? build(overlay);
  rendered.set(overlay, known);
  return known;
}

/** How long the program that renders may take to be fetched, once, over a slow line. */
export const fetchTimeoutMs = 240_000;

/** For `beforeAll`: what is rendered later needs nothing from elsewhere. */
export async function prepare(): Promise<void> {
  await findKustomize();
}

async function build(overlay: Overlay): Promise<Manifest[]> {
  const kustomize = await findKustomize();
  const text = await kustomize(join(import.meta.dirname, '../overlays', overlay));
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** Those of these kinds. */
export const ofKind = (manifests: readonly Manifest[], ...kinds: string[]): Manifest[] =>
  manifests.filter(({ kind }) => kinds.includes(kind));
