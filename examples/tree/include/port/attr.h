/* SPDX-License-Identifier: MIT */
#ifndef _PORT_ATTR_H
#define _PORT_ATTR_H

#include <linux/types.h>

struct port;
struct port_bus;

/**
 * struct port_attribute - a file in the folder of a port
 * @show: fills a page with the value
 * @store: takes what user space has written
 */
struct port_attribute {
	const char *name;
	umode_t mode;
	ssize_t (*show)(struct port *port, char *buf);
	ssize_t (*store)(struct port *port, const char *buf, size_t count);
};

/**
 * struct port_bus_attribute - a file in the folder of a bus
 */
struct port_bus_attribute {
	const char *name;
	umode_t mode;
	ssize_t (*show)(struct port_bus *bus, char *buf);
	ssize_t (*store)(struct port_bus *bus, const char *buf, size_t count);
};

extern const struct port_attribute *port_attributes[];
extern const struct port_bus_attribute *port_bus_attributes[];

#endif /* _PORT_ATTR_H */
