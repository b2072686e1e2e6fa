import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { borders } from './config/tooling/eslint-borders.js'

/** Rules of the strict sets that we leave, each with its reason. */
const left = {
  // `onClose: () => socket.destroy()` reads well; the compiler already refuses to *use* a void.
  '@typescript-eslint/no-confusing-void-expression': 'off',
  '@typescript-eslint/no-meaningless-void-operator': 'off',
  '@typescript-eslint/no-invalid-void-type': 'off',
  // Handlers are async by contract, whether or not this one waits.
  '@typescript-eslint/require-await': 'off',
  // Our objects are records of functions: there is no `this` to lose.
  '@typescript-eslint/unbound-method': 'off',
  // It does not see what a callback changes meanwhile (`closed`, `lost`).
  '@typescript-eslint/no-unnecessary-condition': 'off',
  '@typescript-eslint/no-generated-empty-object-type': 'off',
  // `catch((error: NodeJS.ErrnoException) => …)` is how a code is read.
  '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
  // Digits of a SIREN, characters of a file name: spreading a string is what we mean.
  '@typescript-eslint/no-misused-spread': 'off',
  // Overloads that name two situations tell more than one signature with unions.
  '@typescript-eslint/unified-signatures': 'off',
  // We have no enums; those of libraries are numbers on the wire.
  '@typescript-eslint/no-unsafe-enum-assignment': 'off',
  '@typescript-eslint/no-unsafe-enum-comparison': 'off',
  // Names and texts that come from outside are cleaned of their control characters.
  'no-control-regex': 'off',
}

const kept = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true }],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
  eqeqeq: 'error',
}

const verifiedTls = {
  selector: 'Property[key.name="rejectUnauthorized"][value.value=false]',
  message: 'Certificates are always verified: add the authority instead.',
}

export default defineConfig(
  { ignores: ['dist/', 'var/', 'coverage/', '**/node_modules/', '**/*.d.ts'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    // TypeScript checks names in TypeScript; the few plain scripts use these.
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        performance: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  {
    files: ['{core,plugins,connectors,config}/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { passeur: { rules: { borders: borders(import.meta.dirname) } } },
    rules: {
      ...left,
      ...kept,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'passeur/borders': 'error',
    },
  },
  {
    // A simulator lets a client without a certificate in, to answer it as the real remote does.
    files: ['{core,plugins,connectors,config}/**/*.ts'],
    ignores: ['core/testing/**', '**/simulator*.ts', '**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', verifiedTls] },
  },
  {
    // Holds lines that must not compile: what they make has no type.
    files: ['core/authoring/authoring.test.ts'],
    rules: { '@typescript-eslint/no-unsafe-call': 'off', '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    // Time is a dependency: engine code asks a clock.
    files: ['core/{engine,jobs,documents,journal}/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        verifiedTls,
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Ask the clock.' },
        { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'Ask the clock.' },
      ],
    },
  },
  {
    // vue-tsc checks the types of the UI; type-aware rules would cost as much again.
    files: ['ui/**/*.{ts,vue}', 'vitest.config.ts'],
    extends: [tseslint.configs.strict, vue.configs['flat/essential'], accessibility.configs['flat/recommended']],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: { ...kept, 'no-undef': 'off', 'vue/multi-word-component-names': 'off' },
  },
)
