// What an expression of a form speaks of.

/** The names at the ends of the paths in an expression. */
export function namesIn(expression: string): Set<string> {
  const unquoted = expression.replace(/'[^']*'|"[^"]*"/g, "''")
  const paths = unquoted.match(/(?:\.\.|\/)[\w./-]*/g) ?? []
  return new Set(paths.flatMap((path) => path.split('/').filter((step) => step && !/^\.+$/.test(step)).slice(-1)))
}
