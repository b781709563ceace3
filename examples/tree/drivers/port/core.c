// SPDX-License-Identifier: MIT
/*
 * Binding of drivers to ports.
 *
 * A driver's callbacks run with the port locked, so that a port is never
 * bound, unbound and reconfigured at the same time.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <port/port.h>

static LIST_HEAD(port_drivers);
static DEFINE_MUTEX(port_drivers_mutex);

static struct port_driver *port_find_driver(const char *model)
{
	struct port_driver *drv;

	list_for_each_entry(drv, &port_drivers, node) {
		if (!strcmp(drv->model, model))
			return drv;
	}

	return NULL;
}

int port_driver_register(struct port_driver *drv)
{
	int ret = 0;

	mutex_lock(&port_drivers_mutex);
	if (port_find_driver(drv->model)) {
		ret = -EBUSY;
		goto unlock;
	}
	list_add_tail(&drv->node, &port_drivers);

unlock:
	mutex_unlock(&port_drivers_mutex);
	return ret;
}
EXPORT_SYMBOL_GPL(port_driver_register);

void port_driver_unregister(struct port_driver *drv)
{
	mutex_lock(&port_drivers_mutex);
	list_del(&drv->node);
	mutex_unlock(&port_drivers_mutex);
}
EXPORT_SYMBOL_GPL(port_driver_unregister);

/**
 * port_attach - bind the driver that wants this model
 * @port: the port
 *
 * Return: 0, -ENODEV if nobody wants it, or what the driver's probe says.
 */
int port_attach(struct port *port)
{
	struct port_driver *drv;
	int ret;

	mutex_lock(&port_drivers_mutex);
	drv = port_find_driver(port->model);
	mutex_unlock(&port_drivers_mutex);
	if (!drv)
		return -ENODEV;

	port_lock(port);
	if (port->driver) {
		ret = -EBUSY;
		goto out;
	}

	ret = drv->probe(port);
	if (ret)
		goto out;
	port->driver = drv;

out:
	port_unlock(port);
	return ret;
}
EXPORT_SYMBOL_GPL(port_attach);

/**
 * port_detach - unbind the driver
 * @port: the port
 */
void port_detach(struct port *port)
{
	port_lock(port);
	if (port->driver) {
		if (port->driver->remove)
			port->driver->remove(port);
		port->driver = NULL;
	}
	port_unlock(port);
}
EXPORT_SYMBOL_GPL(port_detach);

int port_add(struct port_bus *bus, struct port *port)
{
	int ret;

	mutex_init(&port->lock);
	INIT_LIST_HEAD(&port->channels);
	port->nr_channels = 0;
	port->bus = bus;

	port_lock_topology();
	list_add_tail(&port->node, &bus->ports);
	port_unlock_topology();

	ret = port_attach(port);
	if (ret && ret != -ENODEV)
		goto unlink;

	return 0;

unlink:
	port_lock_topology();
	list_del(&port->node);
	port_unlock_topology();
	return ret;
}
EXPORT_SYMBOL_GPL(port_add);

void port_del(struct port *port)
{
	port_detach(port);

	port_lock_topology();
	list_del(&port->node);
	port_unlock_topology();
}
EXPORT_SYMBOL_GPL(port_del);
