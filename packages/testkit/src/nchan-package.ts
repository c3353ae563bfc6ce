/** nginx with the nchan module, unpacked from Debian's packages: the two have to be of one build. */
import { unpackPackage, type UnpackedProgram } from './unpack-package.ts';

export interface Nchan extends UnpackedProgram {
  /** For `load_module`. */
  modulePath: string;
}

const modulePath = 'usr/lib/nginx/modules/ngx_nchan_module.so';

/** Rejects with the reason why not, e.g. on a machine without apt. */
export const unpackNchan = async (say: (line: string) => void): Promise<Nchan> => {
  const packages = ['libnginx-mod-nchan', 'nginx'] as const;
  const unpacked = await unpackPackage({ name: 'nchan', packages, program: modulePath }, say);
  const root = unpacked.path.slice(0, -modulePath.length);
  return { path: `${root}usr/sbin/nginx`, env: unpacked.env, modulePath: unpacked.path };
};
