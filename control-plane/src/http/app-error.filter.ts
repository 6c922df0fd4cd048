import { Catch, type ExceptionFilter } from '@nestjs/common';
import { AppError } from '../app-error.js';

/** What was thrown on purpose is an answer: GraphQL gets it as it is, and no log counts it as a fault of ours. */
@Catch(AppError)
export class AppErrorFilter implements ExceptionFilter<AppError> {
  catch(error: AppError): AppError {
    return error;
  }
}
