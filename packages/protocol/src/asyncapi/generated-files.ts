import { createAsyncApiDocument } from './document.ts';
import { withTables } from './tables.ts';

/** The generated files of this package: name → text. `read` gives the present text of a file. */
export function generatedFiles(read: (name: string) => string): Record<string, string> {
  return {
    'asyncapi.json': `${JSON.stringify(createAsyncApiDocument(), null, 2)}\n`,
    'PROTOCOL.md': withTables(read('PROTOCOL.md')),
  };
}
