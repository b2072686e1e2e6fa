export { formerActes } from './former.ts'
export { tdtActes } from './step.ts'
