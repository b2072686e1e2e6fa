import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Options, ValidateFunction } from 'ajv'
import type { Static, TSchema } from 'typebox'
import { errors, type FieldProblem, type ProblemMaker } from '../errors.ts'
import { fieldProblems } from './messages.ts'

/** `strict` without its two opinions on style, which the schemas typebox writes do not follow. */
const OPTIONS = { allErrors: true, useDefaults: true, strict: true, strictTypes: false, strictRequired: false } as const

const ajvOf = (options: Options): Ajv2020 => {
  const ajv = new Ajv2020(options)
  // Ajv's CommonJS typings hide the default export from ESM; `default` is the function itself at run time too.
  addFormats.default(ajv)
  return ajv
}

const bodies = ajvOf(OPTIONS)
/** Parameters and queries arrive as texts. */
const texts = ajvOf({ ...OPTIONS, coerceTypes: 'array' })

/** Checks a value against a schema, and says which fields are wrong in words an agent reads. */
export type Check<S extends TSchema> = (value: unknown) => Static<S>

const checkWith =
  (ajv: Ajv2020) =>
  <S extends TSchema>(schema: S, problem: ProblemMaker): Check<S> => {
    const validate: ValidateFunction = ajv.compile(schema)
    return value => {
      if (!validate(value)) throw problem({ fields: problemsIn(validate) })
      return value as Static<S>
    }
  }

const problemsIn = (validate: ValidateFunction): readonly FieldProblem[] => fieldProblems(validate.errors ?? [])

/** A JSON body: 422 `saisie_invalide`. */
export const bodyCheck = <S extends TSchema>(schema: S): Check<S> => checkWith(bodies)(schema, errors.badInput)
/** The texts of a form: 422 as a JSON body; `version=3` gives the number 3. */
export const formCheck = <S extends TSchema>(schema: S): Check<S> => checkWith(texts)(schema, errors.badInput)
/** A family of parameters is described by one of them: `champ.NOM` stands for `champ.objet`, `champ.numero`… */
const FAMILY = '.NOM'

/** A parameter that the schema does not name is refused: a misspelt filter would give everything, and say nothing. */
const closed = <S extends TSchema>(schema: S): S => {
  const { properties = {}, additionalProperties } = schema as {
    readonly properties?: Readonly<Record<string, TSchema>>
    readonly additionalProperties?: unknown
  }
  const named = Object.entries(properties)
  if (named.length === 0 || additionalProperties !== undefined) return schema
  const families = named.filter(([name]) => name.endsWith(FAMILY))
  return {
    ...schema,
    properties: Object.fromEntries(named.filter(([name]) => !name.endsWith(FAMILY))),
    patternProperties: Object.fromEntries(
      families.map(([name, each]) => [`^${name.slice(0, -FAMILY.length)}\\..`, each]),
    ),
    additionalProperties: false,
  }
}

/** A query: 400 `requete_invalide`; `?limite=20` gives the number 20. */
export const queryCheck = <S extends TSchema>(schema: S): Check<S> =>
  checkWith(texts)(closed(schema), errors.badRequest)
/** The parameters of a path. An identifier that cannot be one is an address that does not exist. */
export const paramsCheck = <S extends TSchema>(schema: S): Check<S> => checkWith(texts)(schema, errors.routeNotFound)
/** An answer, in tests: a mismatch is a fault of ours. */
export const answerCheck = (schema: TSchema): ((value: unknown) => readonly FieldProblem[]) => {
  const validate = bodies.compile(schema)
  return value => (validate(value) ? [] : problemsIn(validate))
}
