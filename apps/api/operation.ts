import { HttpCode, applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { ProblemDocument } from './answers.js';

export interface OperationText {
  /** Unique: clients name their functions after it. */
  readonly id: string;
  readonly summary: string;
  readonly answer: z.ZodType;
  /** Besides 401 and 422, which every operation may give. */
  readonly problems?: readonly number[];
}

const PROBLEM_TEXT: Readonly<Record<number, string>> = {
  400: 'The body can not be read.',
  401: 'The bearer token is missing or wrong.',
  404: 'There is no such thing.',
  409: 'The state of things forbids it.',
  413: 'The body is too large.',
  415: 'The body is of another type than is read here.',
  422: 'Something in the request is wrong; detail says what.',
  429: 'Too much at once; come again after Retry-After seconds.',
};

/** How an operation stands in the OpenAPI document. All answer 200. */
export function Operation({ id, summary, answer, problems = [] }: OperationText): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiOperation({ operationId: id, summary }),
    ApiResponse({ status: 200, description: 'Done.', standardSchema: answer }),
    ...[401, 422, ...problems].toSorted().map((status) =>
      ApiResponse({
        status,
        description: PROBLEM_TEXT[status] ?? 'An error.',
        standardSchema: ProblemDocument,
      }),
    ),
  );
}

/** A body that is a file's text. */
export function TextBody(description: string, ...types: readonly string[]): MethodDecorator {
  return applyDecorators(ApiConsumes(...types), ApiBody({ description, schema: { type: 'string' } }));
}
