/** An expression, as the evaluator reads it. `at`: offset in the template. */
export type Expression = { readonly at: number } & (
  | { readonly is: 'literal'; readonly value: string | number | boolean | undefined }
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'hash'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly is: 'variable'; readonly name: string }
  | { readonly is: 'attribute'; readonly of: Expression; readonly key: Expression }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly is: 'filter'; readonly name: string; readonly input: Expression; readonly args: readonly Expression[] }
  | { readonly is: 'test'; readonly name: string; readonly input: Expression; readonly args: readonly Expression[] }
  | { readonly is: 'not' | 'minus' | 'plus'; readonly operand: Expression }
  | { readonly is: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly is: 'choice'
      readonly condition: Expression
      /** Left out by `a ?: b`: the condition itself. */
      readonly yes: Expression | undefined
      readonly no: Expression | undefined
    }
  /** Only as an argument: `map(x => …)`. */
  | { readonly is: 'arrow'; readonly names: readonly string[]; readonly body: Expression }
)

export type Statement =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'print' | 'do'; readonly expression: Expression }
  | {
      readonly is: 'if'
      readonly branches: readonly { readonly condition: Expression; readonly body: readonly Statement[] }[]
      readonly otherwise: readonly Statement[]
    }
  | {
      readonly is: 'for'
      readonly key: string | undefined
      readonly item: string
      readonly over: Expression
      readonly body: readonly Statement[]
      readonly otherwise: readonly Statement[]
    }
  | { readonly is: 'set'; readonly names: readonly string[]; readonly values: readonly Expression[] }
  | { readonly is: 'capture'; readonly name: string; readonly body: readonly Statement[] }
