import { courrierRelance } from '../courrier.fixture.ts'
import flow from './index.ts'

courrierRelance(flow)
