/**
 * Derives the SQLite twin of the PostgreSQL schema: same models, same client shape, no native types.
 *
 * `output` is where the derived generator writes its client, relative to the derived schema file.
 */
export function toSqliteSchema(schema: string, output: string): string {
  return schema
    .replaceAll(/ @db\.\w+(?:\([^)]*\))?/g, '')
    .replace(/(provider\s*=\s*)"postgresql"/, '$1"sqlite"')
    .replace(/(output\s*=\s*)"[^"]*"/, `$1"${output}"`)
}
