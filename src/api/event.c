#include "api/event.h"

const char *
finish_name(enum finish finish)
{
	switch (finish) {
	case FIN_NONE: return "";
	case FIN_STOP: return "stop";
	case FIN_LENGTH: return "length";
	case FIN_TOOL_CALLS: return "tool_calls";
	case FIN_REFUSAL: return "refusal";
	case FIN_FILTER: return "content_filter";
	case FIN_PAUSE: return "pause";
	}
	return "";
}
